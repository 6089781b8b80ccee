"""Small stat card with a series: a value above a little chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Card, Command
from .box import Box
from .values import PlotCurve, PlotType, Rows, Values


class SmallSeriesStatCard(Card):
    """Show a value above a little chart.

    A template such as `={{intl profit style="percent"}}` puts in values of `data`.

    Attributes:
        box: Place on the page.
        title: The title, perhaps a template.
        value: The value, perhaps a template.
        plot_data: Rows of the chart: a buffer, a list of dicts, or one packed in a string.
        plot_value: Field of the rows that is drawn.
        plot_zero_value: Where areas and bars begin, such as 0; the least value when absent.
        plot_category: Field that names the bars of an `interval`; `x` when absent.
        plot_type: `area` (when absent) or `interval`: a line with its area, or bars.
        plot_curve: How the line goes from value to value: `linear` (when absent), `smooth`, `step`,
            `step-after` or `step-before`.
        plot_color: Colour of the chart: CSS, or the name of one of the palette, such as `$mint`.
        data: Values for the templates: a dict by name, one packed in a string, or a buffer.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "small_series_stat"

    box: Box
    title: str
    value: str
    plot_data: Rows
    plot_value: str
    plot_zero_value: float | None = None
    plot_category: str | None = None
    plot_type: PlotType | None = None
    plot_curve: PlotCurve | None = None
    plot_color: str | None = None
    data: Values | None = None
    commands: Sequence[Command] | None = None
