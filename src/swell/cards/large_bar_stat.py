"""Large stat card with a bar: two values, their captions, and progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Card, Command
from .box import Box
from .values import Values


class LargeBarStatCard(Card):
    """Show two values with captions, and a bar between them.

    A template such as `={{intl profit style="percent"}}` puts in values of `data`.

    Attributes:
        box: Place on the page.
        title: The title, perhaps a template.
        caption: Text below the title, perhaps a template.
        value: The value, perhaps a template.
        aux_value: A second value, often the goal; perhaps a template.
        value_caption: Text below the value, perhaps a template.
        aux_value_caption: Text below the second value, perhaps a template.
        progress: How full it is, from 0 to 1.
        plot_color: Colour of the chart: CSS, or the name of one of the palette, such as `$mint`.
        data: Values for the templates: a dict by name, one packed in a string, or a buffer.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "large_bar_stat"

    box: Box
    title: str
    caption: str
    value: str
    aux_value: str
    value_caption: str
    aux_value_caption: str
    progress: float
    plot_color: str | None = None
    data: Values | None = None
    commands: Sequence[Command] | None = None
