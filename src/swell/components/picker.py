"""Some of many choices, which typing finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from swell.schema.kinds import Name

from .base import Component
from .dropdown import Choice


class Picker(Component):
    """Ask for some of many choices, which are found by typing.

    `q.args.<name>` is a list of the names of the choices, in the order in which they were
    chosen; None at first without `values`.

    Attributes:
        name: Key in `q.args`.
        choices: The choices.
        label: Text above it.
        values: Names of the selected choices.
        max_choices: How many can be selected.
        required: Mark it as required. Not checked by the server.
        disabled: Take no input.
        width: CSS width.
        visible: False hides it.
        trigger: Submit the page when the choice changes.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "picker"
    name: Name
    choices: Sequence[Choice]
    label: str | None = None
    values: Sequence[str] | None = None
    max_choices: Annotated[int, Meta(ge=0)] | None = None
    required: bool | None = None
    disabled: bool | None = None
    width: str | None = None
    visible: bool | None = None
    trigger: bool | None = None
    tooltip: str | None = None
