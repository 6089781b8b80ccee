"""Site: other pages of the app, and files to hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import NotSupportedError
from .page import AsyncPage

if TYPE_CHECKING:
    from .server.pages import Pages


class AsyncSite:
    """What `q.site` is: pages by address.

    Args:
        pages: The live pages of this process.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def __getitem__(self, url: str) -> AsyncPage:
        """Return the page of a broadcast app by its route, to edit from another handler."""
        return AsyncPage(self._pages.peek(url))

    def __getattr__(self, name: str) -> Any:
        raise NotSupportedError(f"q.site.{name}")
