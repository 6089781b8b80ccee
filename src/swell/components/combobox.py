"""A choice from a list, or a text that is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class Combobox(Component):
    """Ask for one of several choices, or for a text that is none of them.

    `q.args.<name>` is the text, or None. With `values`, even an empty list, several can be
    chosen: it is a list of texts, or None at first when there are none.

    Attributes:
        name: Key in `q.args`.
        label: Text above it.
        placeholder: Hint shown while nothing is chosen.
        value: The text that is chosen.
        values: The texts that are chosen; makes it a choice of several.
        choices: The choices.
        error: Text below it that says what is wrong.
        disabled: Take no input.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
        trigger: Submit the page when the choice changes.
        required: Mark it as required. Not checked by the server.
    """

    tag: ClassVar[str] = "combobox"
    name: Name
    label: str | None = None
    placeholder: str | None = None
    value: str | None = None
    values: Sequence[str] | None = None
    choices: Sequence[str] | None = None
    error: str | None = None
    disabled: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
    trigger: bool | None = None
    required: bool | None = None
