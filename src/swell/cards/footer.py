"""Footer card: a line at the end of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.components.base import Component

from .base import Card, Command
from .box import Box


class FooterCard(Card):
    """Show a caption at the end of a page, with components beside it.

    Attributes:
        box: Place on the page.
        caption: The caption, as Markdown; in the middle when there are no items.
        items: Components at its side.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "footer"

    box: Box
    caption: str
    items: Sequence[Component] | None = None
    commands: Sequence[Command] | None = None
