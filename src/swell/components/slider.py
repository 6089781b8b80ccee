"""A number on a track."""

from __future__ import annotations

from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class Slider(Component):
    """Ask for a number by moving a knob on a track.

    `q.args.<name>` is the number.

    Attributes:
        name: Key in `q.args`.
        label: Text above it.
        min: Least number; 0 when absent.
        max: Greatest number; 100 when absent.
        step: Distance between two numbers; 1 when absent.
        value: The number, brought between `min` and `max`; 0 when absent.
        disabled: Take no input.
        trigger: Submit the page when the knob is let go.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "slider"
    name: Name
    label: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    value: float | None = None
    disabled: bool | None = None
    trigger: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
