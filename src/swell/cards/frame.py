"""Frame card: a title and a page in a frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Card, Command
from .box import Box


class FrameCard(Card):
    """Show a page in a frame, by its address or its HTML.

    HTML runs in a sandbox without an origin: it has no cookies and cannot reach the page around it.
    Pages of other sites are shown if the setting `frame_origins` names their origin.

    Attributes:
        box: Place on the page.
        title: Title of the card.
        path: Address of the page, of this site or another.
        content: The page as HTML, `<html>...</html>`. Needs no `path`.
        compact: Leave out the title and the space around the page.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "frame"

    box: Box
    title: str
    path: str | None = None
    content: str | None = None
    compact: bool | None = None
    commands: Sequence[Command] | None = None
