"""Small stat card: a title and a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Card, Command
from .box import Box
from .values import Values


class SmallStatCard(Card):
    """Show a value.

    A template such as `={{intl profit style="percent"}}` puts in values of `data`.

    Attributes:
        box: Place on the page.
        title: The title, perhaps a template.
        value: The value, perhaps a template.
        data: Values for the templates: a dict by name, one packed in a string, or a buffer.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "small_stat"

    box: Box
    title: str
    value: str
    data: Values | None = None
    commands: Sequence[Command] | None = None
