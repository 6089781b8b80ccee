"""HTML in a form."""

from __future__ import annotations

from typing import ClassVar

from .base import Component


class Markup(Component):
    """Show HTML of a closed list of elements, attributes and styles; everything else is left out.

    Attributes:
        content: The HTML.
        name: Name by which it can be reached on the card.
        width: CSS width.
        visible: False hides it.
    """

    tag: ClassVar[str] = "markup"
    content: str
    name: str | None = None
    width: str | None = None
    visible: bool | None = None
