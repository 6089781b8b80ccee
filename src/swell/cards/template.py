"""Template card: a title and a template in Handlebars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from swell.schema.data import Data
from swell.schema.kinds import PACKED

from .base import BufferOr, Card, Command
from .box import Box


class TemplateCard(Card):
    """Show a template of HTML, filled with values.

    Attributes:
        box: Place on the page.
        title: Title of the card; `''` leaves it out.
        content: The template, in Handlebars. Its HTML is of the same closed list as that of
            `ui.markup_card`.
        data: Values for the template: a dict by name, one packed in a string, or a buffer, which is
            a list of its rows.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "template"

    box: Box
    title: str
    content: str
    data: Annotated[Data | Mapping[str, Any] | str | None, BufferOr(PACKED)] = None
    commands: Sequence[Command] | None = None
