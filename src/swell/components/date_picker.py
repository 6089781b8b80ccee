"""A day."""

from __future__ import annotations

from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class DatePicker(Component):
    """Ask for a day, with the calendar of the browser.

    `q.args.<name>` is the day as `YYYY-MM-DD`, or None.

    Attributes:
        name: Key in `q.args`.
        label: Text above the field.
        placeholder: Hint below the empty field; the field shows the order of day, month and year.
        value: The day, as `YYYY-MM-DD`.
        disabled: Take no input.
        trigger: Submit the page when the day changes.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
        min: First day that can be chosen, as `YYYY-MM-DD`.
        max: Last day that can be chosen, as `YYYY-MM-DD`.
    """

    tag: ClassVar[str] = "date_picker"
    name: Name
    label: str | None = None
    placeholder: str | None = None
    value: str | None = None
    disabled: bool | None = None
    trigger: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
    min: str | None = None
    max: str | None = None
