"""Panel: a form beside the chat, and the layout that has room for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from swell import ui
from swell.page.page import AsyncPage
from swell.site import AsyncSite

__all__ = ["Panel"]


class Panel:
    """The form that one tab may show beside its chat.

    Args:
        page: The tab's page.
        site: Serves files.
        zones: Zones of the app's cards beside the chat; None if it has none.
        width: CSS width of those.

    Attributes:
        shows_cards: Whether a phone shows the app's cards in place of the conversation.
        about: Id of the thread that the form is about, None if it is about none.
    """

    def __init__(
        self,
        page: AsyncPage,
        site: AsyncSite,
        zones: Sequence[ui.Zone] | None = None,
        width: str = "",
    ) -> None:
        self._beside = (
            ui.zone("page", size=width, zones=list(zones))
            if zones
            else (ui.zone("page", size=width) if zones is not None else None)
        )
        self._page = page
        self._site = site
        self._open = False
        self._files: tuple[str, ...] = ()
        self.about: str | None = None
        self.shows_cards = False

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
        open_, beside = self._open, self._beside
        first, second = ui.zone("sidebar"), chat
        if open_:
            second = ui.zone("panel", size="1")
        elif beside is not None and self.shows_cards:
            second = msgspec.structs.replace(beside, size="1")
        narrow = [first, *([ui.zone("places")] if beside and not open_ else []), second]
        wide = [
            ui.zone("sidebar", size="auto"),
            chat,
            *([beside] if beside else []),
            *([panel] if open_ else []),
        ]
        # Zones of the same names, one inside the other alike: the browser moves nothing.
        self._page["meta"].layouts = [
            ui.layout("xs", height="100vh", zones=[ui.zone("body", size="1", zones=narrow)]),
            ui.layout(
                "m", height="100vh", zones=[ui.zone("body", direction="row", size="1", zones=wide)]
            ),
        ]
