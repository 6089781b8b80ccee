"""A number in a field."""

from __future__ import annotations

from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class Spinbox(Component):
    """Ask for a number in a field that steps up and down.

    `q.args.<name>` is the number.

    Attributes:
        name: Key in `q.args`.
        label: Text above the field.
        min: Least number; 0 when absent.
        max: Greatest number; 100 when absent.
        step: How much a step adds; 1 when absent.
        value: The number, brought between `min` and `max`; 0 when absent.
        disabled: Take no input.
        width: CSS width.
        visible: False hides it.
        trigger: Submit the page at each step, and when typing pauses for half a second.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "spinbox"
    name: Name
    label: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    value: float | None = None
    disabled: bool | None = None
    width: str | None = None
    visible: bool | None = None
    trigger: bool | None = None
    tooltip: str | None = None
