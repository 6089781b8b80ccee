"""Markup card: a title and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Card, Command
from .box import Box


class MarkupCard(Card):
    """Show HTML of a closed list of elements, attributes and styles; everything else is left out.

    Attributes:
        box: Place on the page.
        title: Title of the card; `''` leaves it out.
        content: The HTML.
        compact: Leave out the space around it.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "markup"

    box: Box
    title: str
    content: str
    compact: bool | None = None
    commands: Sequence[Command] | None = None
