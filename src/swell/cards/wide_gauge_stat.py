"""Wide stat card with a gauge: a ring beside two values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Card, Command
from .box import Box
from .values import Values


class WideGaugeStatCard(Card):
    """Show two values beside a gauge, which has the progress in percent.

    A template such as `={{intl profit style="percent"}}` puts in values of `data`.

    Attributes:
        box: Place on the page.
        title: The title, perhaps a template.
        value: The value, perhaps a template.
        aux_value: A second value beside it, perhaps a template.
        progress: How full it is, from 0 to 1.
        plot_color: Colour of the chart: CSS, or the name of one of the palette, such as `$mint`.
        data: Values for the templates: a dict by name, one packed in a string, or a buffer.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "wide_gauge_stat"

    box: Box
    title: str
    value: str
    aux_value: str
    progress: float
    plot_color: str | None = None
    data: Values | None = None
    commands: Sequence[Command] | None = None
