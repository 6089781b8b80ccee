"""Tall stats card: figures below each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.components.stats import Stat

from .base import Card, Command
from .box import Box


class TallStatsCard(Card):
    """Show figures below each other, each with what it is.

    Attributes:
        box: Place on the page.
        items: The figures.
        name: Taken and unused, as in Wave.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "tall_stats"

    box: Box
    items: Sequence[Stat]
    name: str | None = None
    commands: Sequence[Command] | None = None
