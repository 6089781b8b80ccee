"""A field for typing text."""

from __future__ import annotations

from typing import ClassVar, Literal

from swell.schema.kinds import Name

from .base import Component


class Textbox(Component):
    """Ask for text.

    `q.args.<name>` is the typed text, always a `str`; `''` in the first submission when nothing
    was, then present only if it changed.

    Attributes:
        name: Key in `q.args`.
        label: Text above the field.
        placeholder: Hint inside the empty field.
        value: Text in the field. Assigning another one replaces the typed text.
        mask: Pattern of the input, such as `(999) 999 - 9999`: `9` a digit, `a` a letter, `*`
            either. Only the browser holds to it.
        icon: Name of an icon inside the field.
        prefix: Text before the field.
        suffix: Text after the field.
        error: Message below the field, which is then marked as wrong.
        required: Mark the field as required. Not checked by the server.
        disabled: Take no input.
        readonly: Show the text without letting it be changed.
        multiline: Let the text have several lines.
        password: Hide the typed text.
        trigger: Submit the page when typing pauses for half a second.
        height: CSS height of a multi-line field, such as `200px`.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
        spellcheck: Let the browser mark spelling; True when absent.
        type: Keyboard and rules of the browser: `text`, `number` or `tel`.
    """

    tag: ClassVar[str] = "textbox"
    name: Name
    label: str | None = None
    placeholder: str | None = None
    value: str | None = None
    mask: str | None = None
    icon: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    error: str | None = None
    required: bool | None = None
    disabled: bool | None = None
    readonly: bool | None = None
    multiline: bool | None = None
    password: bool | None = None
    trigger: bool | None = None
    height: str | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
    spellcheck: bool | None = None
    type: Literal["text", "number", "tel"] | None = None
