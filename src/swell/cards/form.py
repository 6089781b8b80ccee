"""Form card: components below each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from swell.components.base import Component
from swell.schema.kinds import PACKED

from .base import Card, Command
from .box import Box


class FormCard(Card):
    """Show text and controls, and ask for input.

    A part with a name is reached by it: `q.page["form"].city.value = "Oslo"`.

    Attributes:
        box: Place on the page.
        items: The parts, top to bottom: `ui.text(...)`, `ui.textbox(...)`, `ui.button(...)` and
            so on; or the same packed in a string.
        title: Title of the card.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "form"

    box: Box
    items: Annotated[Sequence[Component] | str, PACKED]
    title: str | None = None
    commands: Sequence[Command] | None = None
