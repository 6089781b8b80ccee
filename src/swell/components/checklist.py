"""Some of a few choices, all in sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component
from .dropdown import Choice


class Checklist(Component):
    """Ask for some of a few choices that are all in sight.

    `q.args.<name>` is a list of the names of the choices.

    Attributes:
        name: Key in `q.args`.
        label: Text above them.
        values: Names of the selected choices.
        choices: The choices.
        trigger: Submit the page when a choice changes.
        inline: Show the choices side by side.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "checklist"
    name: Name
    label: str | None = None
    values: Sequence[str] | None = None
    choices: Sequence[Choice] | None = None
    trigger: bool | None = None
    inline: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
