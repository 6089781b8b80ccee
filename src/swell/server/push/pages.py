"""Pages that programs push: each is one page for all visitors of its address.

A page begins with the first patch and ends when a patch leaves no card on it. Until then it is
kept, with or without visitors. Pages of `broadcast` apps can be pushed to as well.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from swell.errors import LimitError, PushError
from swell.identity import Identify
from swell.live.edits import Edit
from swell.live.ops import key_fault
from swell.live.state import PageState
from swell.live.tail import Tail
from swell.page.wave_form import spelled
from swell.query import BROADCAST, Query
from swell.server.pages import Pages, WatchedPage
from swell.server.route import Route
from swell.settings.table import Settings
from swell.site import Saved

from .patch import Patch, Undrawn

__all__ = ["PushedPages"]

ADDRESS_MAX = 500
"""Longest address of a page, in characters."""

WRITERS_MAX = 1_000
"""Programs whose last save is remembered for each page."""


class PushedPages:
    """The pages that programs have pushed, by their addresses.

    Args:
        pages: All live pages.
        routes: Apps by path. Pushed pages get a route here while they last.
        settings: Bounds.
        identify: Returns the user on pages that are not of an app.
    """

    def __init__(
        self,
        pages: Pages,
        routes: dict[str, Route],
        settings: Settings,
        identify: Identify | None = None,
    ) -> None:
        self._pages = pages
        self._routes = routes
        self._settings = settings
        ways = {route.identify for route in routes.values() if not route.admin}
        self._identify = next(iter(ways)) if len(ways) == 1 else identify
        self._mixed = len(ways) > 1 and identify is None
        self._pushed: dict[str, _Pushed] = {}

    def save(
        self,
        url: str,
        ops: Sequence[Any],
        *,
        strict: bool = False,
        page: str = "",
        save: tuple[str, int] | None = None,
    ) -> Saved:
        """Apply the ops of one save, all or none.

        Args:
            url: Address of the page, such as `/demo`.
            ops: In H2O Wave's form.
            strict: Whether what does not fit is an error; else it is left out, as Wave does.
            page: The page that the program pushed to before; empty for any.
            save: Name of the program and number of its save: a repeated one changes nothing.

        Raises:
            PushError: If there is no page to push to, or it is another one than `page`.
            SwellError: If an op does not fit.
        """
        address = self.address(url)
        found = self._pushed.get(address)
        if page and (found is None or found.epoch != page):
            raise PushError(url, "page_lost", "the page began anew; send all of it")
        if found is None:
            found = self._open(address)
        if save is not None and found.seen(*save):
            return Saved(found.epoch, ())
        patch = Patch(found.watched, found.undrawn, strict=strict)
        try:
            ignored = patch.apply(ops)
            if save is not None:
                found.note(*save)
        finally:
            self._tidy(address)
        return Saved(found.epoch, tuple(ignored))

    def load(self, url: str) -> dict[str, Any]:
        """Return a page in H2O Wave's form.

        Raises:
            PushError: If there is no such page.
        """
        address = self.address(url)
        found = self._pushed.get(address)
        if found is None and not (address in self._pages and self._is_shared(address)):
            raise PushError(url, "not_found", "no program has pushed a page there")
        state = self._pages.peek(address).state
        others: Mapping[str, Any] = found.undrawn.cards if found is not None else {}
        cards = {key: spelled(card) for key, card in (*state.cards.items(), *others.items())}
        return {"p": {"c": cards}}

    def peek(self, url: str) -> WatchedPage | _Target:
        """Return the page at an address, for handlers of the app to edit."""
        if url in self._pages or url in self._routes or url.removeprefix("/") in self._pages:
            return self._pages.peek(url)
        return _Target(self, self.address(url))

    def address(self, url: str) -> str:
        """Return the address of a page, which begins with a slash and does not end with one.

        Raises:
            PushError: If no page can have it.
        """
        path = "/" + url.strip("/")
        if path.startswith("/_"):
            raise PushError(url, "bad_address", "addresses that begin with /_ belong to the server")
        if len(path) > ADDRESS_MAX or not path.isprintable() or "?" in path or "#" in path:
            raise PushError(url, "bad_address", "expected a path such as /demo")
        if any(
            part in (".", "..", "") or key_fault(part) for part in path[1:].split("/") if path[1:]
        ):
            raise PushError(url, "bad_address", "expected a path such as /demo")
        return path

    def hold(self, address: str) -> _Pushed:
        """Return the page at an address, which lasts until it is empty."""
        return self._pushed.get(address) or self._open(address)

    def _tidy(self, address: str) -> None:
        """Forget a page without cards; open tabs show it as long as they are open."""
        found = self._pushed.get(address)
        if found is None or found.watched.state.cards or found.undrawn.cards:
            return
        del self._pushed[address]
        if self._routes.get(address) is found.route:
            del self._routes[address]
        self._pages.close(address)

    def _is_shared(self, address: str) -> bool:
        route = self._routes.get(address)
        return route is not None and route.mode == BROADCAST

    def _open(self, address: str) -> _Pushed:
        known = self._routes.get(address)
        if known is not None and not self._is_shared(address):
            said = (
                "the app there has a page for each visitor; only mode='broadcast' has one for all"
            )
            raise PushError(address, "not_shared", said)
        if self._settings.workers > 1:
            said = "programs push to one process; start the server with --workers 1"
            raise PushError(address, "several_processes", said)
        if len(self._pushed) >= self._settings.pushed_pages_max:
            limit = f"{self._settings.pushed_pages_max} (setting pushed_pages_max)"
            raise LimitError("the number of pushed pages", limit)
        route = None
        if known is None:
            if self._mixed:
                said = "the apps of this server name their users in different ways"
                raise PushError(address, "mixed_users", said)
            route = Route(address, _ignore, "broadcast", identify=self._identify, relayed=False)
            self._routes[address] = route
        found = self._pushed[address] = _Pushed(self._pages.open(address), route)
        return found


class _Pushed:
    """One pushed page.

    Attributes:
        watched: The live page.
        route: Its route; None if it is the page of an app.
        undrawn: Cards that browsers cannot draw, kept for `load`.
    """

    def __init__(self, watched: WatchedPage, route: Route | None) -> None:
        self.watched = watched
        self.route = route
        self.undrawn = Undrawn()
        self._saves: OrderedDict[str, int] = OrderedDict()

    @property
    def epoch(self) -> str:
        """Name of this page, another one after it has begun anew."""
        return self.watched.live.epoch

    def seen(self, writer: str, number: int) -> bool:
        """Return whether a save was applied before."""
        return self._saves.get(writer, 0) >= number

    def note(self, writer: str, number: int) -> None:
        """Remember that a save was applied."""
        self._saves[writer] = number
        self._saves.move_to_end(writer)
        if len(self._saves) > WRITERS_MAX:
            self._saves.popitem(last=False)


class _Target:
    """A page that begins with the first save of a handler; see `swell.page.page.Target`."""

    def __init__(self, pushed: PushedPages, address: str) -> None:
        self._pushed = pushed
        self._address = address
        self._empty = PageState()

    @property
    def _now(self) -> WatchedPage | None:
        found = self._pushed._pushed.get(self._address)
        return found.watched if found is not None else None

    @property
    def state(self) -> PageState:
        return self._now.state if self._now is not None else self._empty

    @property
    def tail(self) -> Tail | None:
        return self._now.tail if self._now is not None else None

    def commit(self, edits: list[Edit]) -> bool:
        try:
            return self._pushed.hold(self._address).watched.commit(edits)
        finally:
            self._pushed._tidy(self._address)

    def when_due(self, save: Callable[[], None]) -> None:
        self._pushed.hold(self._address).watched.when_due(save)

    def forget(self) -> None:
        if self._now is not None:
            self._now.forget()


async def _ignore(_q: Query) -> None:
    """Do nothing: no app answers on a pushed page."""
