"""Markdown card: a title and text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from swell.schema.data import Data
from swell.schema.kinds import PACKED

from .base import BufferOr, Card, Command
from .box import Box


class MarkdownCard(Card):
    """Show text.

    Attributes:
        box: Place on the page.
        title: Title of the card; `''` leaves it out.
        content: The text, as Markdown. HTML of a closed list is drawn. A link `[text](?name)`
            submits the page with `q.args.name` True. `{{name}}` stands for a value of `data`; a
            text that begins with `=` is a template in Handlebars.
        data: Values for the text: a dict by name, one packed in a string, or a buffer.
        compact: Keep the text close to the title.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "markdown"

    box: Box
    title: str
    content: str
    data: Annotated[Data | Mapping[str, Any] | str | None, BufferOr(PACKED)] = None
    compact: bool | None = None
    commands: Sequence[Command] | None = None
