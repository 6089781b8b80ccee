"""Wide stat card with a pie: shares of a whole and their legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Record

from .base import Card, Command
from .box import Box


class Pie(Record):
    """A share of the whole.

    Attributes:
        label: What it is, in the legend.
        value: The share as it is written on the pie, such as `35 %`.
        fraction: The share, from 0 to 1. Shares that do not add up to 1 are drawn in proportion.
        color: CSS colour, or the name of one of the palette, such as `$mint`.
        aux_value: Another value, below the label.
    """

    label: str
    value: str
    fraction: float
    color: str
    aux_value: str | None = None


class WidePieStatCard(Card):
    """Show shares of a whole as a pie with a legend.

    Attributes:
        box: Place on the page.
        title: The title.
        pies: The shares.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "wide_pie_stat"

    box: Box
    title: str
    pies: Sequence[Pie]
    commands: Sequence[Command] | None = None
