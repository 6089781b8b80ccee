"""Panel: a form beside the chat, and the layout that has room for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from swell import ui
from swell.page.page import AsyncPage
from swell.site import AsyncSite

__all__ = ["Panel"]


class Panel:
    """The form that one tab may show beside its chat.

    Args:
        page: The tab's page.
        site: Serves files.

    Attributes:
        about: Id of the thread that the form is about, None if it is about none.
    """

    def __init__(self, page: AsyncPage, site: AsyncSite) -> None:
        self._page = page
        self._site = site
        self._open = False
        self._files: tuple[str, ...] = ()
        self.about: str | None = None

    def show(
        self,
        items: Iterable[Any],
        *,
        about: str | None = None,
        files: Sequence[str] = (),
    ) -> None:
        """Show a form beside the chat, over it in a narrow window.

        Args:
            items: Its components.
            about: Id of the thread it is about; it closes when that is deleted.
            files: Addresses of files that go when it closes.
        """
        self.drop_files()
        self.about, self._files = about, tuple(files)
        self._page["panel"] = ui.form_card("panel", list(items))
        self._open = True
        self.lay_out()

    def close(self) -> None:
        """Take the form away."""
        if self._open:
            with suppress(KeyError):
                del self._page["panel"]
            self._open, self.about = False, None
            self.drop_files()
            self.lay_out()

    def drop_files(self) -> None:
        """Stop serving the files of the form."""
        for url in self._files:
            self._site.unload(url)
        self._files = ()

    def lay_out(self) -> None:
        """Place the cards of the page."""
        chat, panel = ui.zone("chat", size="1"), ui.zone("panel", size="360px")
        open_ = self._open
        narrow = [ui.zone("sidebar"), ui.zone("panel", size="1") if open_ else chat]
        wide = [ui.zone("sidebar", size="auto"), chat, *([panel] if open_ else [])]
        # Zones of the same names, one inside the other alike: the browser moves nothing.
        self._page["meta"].layouts = [
            ui.layout("xs", height="100vh", zones=[ui.zone("body", size="1", zones=narrow)]),
            ui.layout(
                "m", height="100vh", zones=[ui.zone("body", direction="row", size="1", zones=wide)]
            ),
        ]
