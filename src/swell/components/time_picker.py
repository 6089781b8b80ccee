"""A time of day."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from swell.schema.kinds import Name

from .base import Component


class TimePicker(Component):
    """Ask for a time of day, with the clock of the browser.

    `q.args.<name>` is the time as `HH:MM` in 24 hours, or None.

    Attributes:
        name: Key in `q.args`.
        label: Text above the field.
        placeholder: Hint below the empty field.
        value: The time, as `HH:MM`.
        disabled: Take no input.
        width: CSS width.
        visible: False hides it.
        trigger: Submit the page when the time changes.
        required: Mark the field as required. Not checked by the server.
        hour_format: Taken and unused: the browser writes the time as the reader's system does.
        min: First time that can be chosen, as `HH:MM`.
        max: Last time that can be chosen, as `HH:MM`.
        minutes_step: Minutes between two times: 1 (when absent), 5, 10, 15, 20, 30 or 60.
    """

    tag: ClassVar[str] = "time_picker"
    name: Name
    label: str | None = None
    placeholder: str | None = None
    value: str | None = None
    disabled: bool | None = None
    width: str | None = None
    visible: bool | None = None
    trigger: bool | None = None
    required: bool | None = None
    hour_format: Literal["12", "24"] | None = None
    min: str | None = None
    max: str | None = None
    minutes_step: Annotated[int, Meta(ge=1, le=60)] | None = None
