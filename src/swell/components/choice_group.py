"""One of a few choices, all in sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component
from .dropdown import Choice


class ChoiceGroup(Component):
    """Ask for one of a few choices that are all in sight.

    `q.args.<name>` is the name of the choice, or None.

    Attributes:
        name: Key in `q.args`.
        label: Text above them.
        value: Name of the choice that is selected.
        choices: The choices.
        required: Mark it as required. Not checked by the server.
        trigger: Submit the page when the choice changes.
        inline: Show the choices side by side.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "choice_group"
    name: Name
    label: str | None = None
    value: str | None = None
    choices: Sequence[Choice] | None = None
    required: bool | None = None
    trigger: bool | None = None
    inline: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
