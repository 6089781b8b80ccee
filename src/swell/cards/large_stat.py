"""Large stat card: two values and a caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Card, Command
from .box import Box
from .values import Values


class LargeStatCard(Card):
    """Show a value in large figures, with a second one and a caption.

    A template such as `={{intl profit style="percent"}}` puts in values of `data`.

    Attributes:
        box: Place on the page.
        title: The title, perhaps a template.
        value: The value, perhaps a template.
        aux_value: A second value beside it, perhaps a template.
        caption: Text below the values, perhaps a template.
        data: Values for the templates: a dict by name, one packed in a string, or a buffer.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "large_stat"

    box: Box
    title: str
    value: str
    aux_value: str
    caption: str
    data: Values | None = None
    commands: Sequence[Command] | None = None
