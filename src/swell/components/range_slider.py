"""A range of numbers on a track."""

from __future__ import annotations

from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class RangeSlider(Component):
    """Ask for a range by moving two knobs on a track.

    `q.args.<name>` is a list with the lower and the upper number.

    Attributes:
        name: Key in `q.args`.
        label: Text above it.
        min: Least number; 0 when absent.
        max: Greatest number; 100 when absent.
        step: Distance between two numbers; 1 when absent.
        min_value: Lower end of the range; `min` when absent or outside.
        max_value: Upper end of the range; `max` when absent or outside.
        disabled: Take no input.
        width: CSS width.
        trigger: Submit the page when a knob is let go.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "range_slider"
    name: Name
    label: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    min_value: float | None = None
    max_value: float | None = None
    disabled: bool | None = None
    width: str | None = None
    trigger: bool | None = None
    visible: bool | None = None
    tooltip: str | None = None
