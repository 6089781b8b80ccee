"""A choice from a list that opens on demand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from swell.schema.kinds import Name, Record

from .base import Component


class Choice(Record):
    """One thing to choose.

    Attributes:
        name: What `q.args` holds when it is chosen.
        label: Text shown; the name when absent.
        disabled: Cannot be chosen.
    """

    name: Name
    label: str | None = None
    disabled: bool | None = None


class Dropdown(Component):
    """Ask for one of several choices, or for some of them.

    `q.args.<name>` is the name of the choice, or None. With `values`, even an empty list,
    several can be chosen and it is a list of names.

    Attributes:
        name: Key in `q.args`.
        label: Text above it.
        placeholder: Hint shown while nothing is chosen.
        value: Name of the choice that is selected.
        values: Names of the selected choices; makes it a choice of several.
        choices: The choices.
        required: Mark it as required. Not checked by the server.
        disabled: Take no input.
        trigger: Submit the page when the choice changes.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
        popup: Choose in a dialog: `always`, `never`, or `auto` (when absent) for long lists.
    """

    tag: ClassVar[str] = "dropdown"
    name: Name
    label: str | None = None
    placeholder: str | None = None
    value: str | None = None
    values: Sequence[str] | None = None
    choices: Sequence[Choice] | None = None
    required: bool | None = None
    disabled: bool | None = None
    trigger: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
    popup: Literal["auto", "always", "never"] | None = None
