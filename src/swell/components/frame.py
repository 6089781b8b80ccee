"""A page in a frame, in a form."""

from __future__ import annotations

from typing import ClassVar

from .base import Component


class Frame(Component):
    """Show a page in a frame, by its address or its HTML. It runs as in `ui.frame_card`.

    Attributes:
        path: Address of the page, of this site or another.
        content: The page as HTML, `<html>...</html>`. Needs no `path`.
        width: CSS width; `100%` when absent.
        height: CSS height; `150px` when absent.
        name: Name by which it can be reached on the card; the title of the frame.
        visible: False hides it.
    """

    tag: ClassVar[str] = "frame"
    path: str | None = None
    content: str | None = None
    width: str | None = None
    height: str | None = None
    name: str | None = None
    visible: bool | None = None
