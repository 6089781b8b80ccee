"""Live pages and their watchers."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Protocol
from weakref import WeakSet

from swell.cards.base import named_components
from swell.live.connection import Connection
from swell.live.edits import Edit
from swell.live.page import LivePage
from swell.live.state import PageState
from swell.live.tail import Tail
from swell.live.wire import Clear
from swell.settings.table import Settings

from .pacer import Pacer
from .writer import framed

DENSE = ((5, 2.5), (2, 1.5))
"""A stream with so many saves in a frame waits so many intervals for the next one.

The cost of a frame in the browser hardly depends on its size. Three words twenty times a second
read as well as two words thirty times, and no reader follows a hundred words a second.
"""


QUIET_S = 0.2
"""How long a page must have sent nothing to count as quiet, in seconds."""

BURST = 3
"""Frames that a page sends at once after it was quiet.

The frame of a prompt and that of its first token are a few milliseconds apart; in a new thread the
change of the address is between them. With one frame at once the token would wait for the interval.
"""


class Relaying(Protocol):
    """Sends what happens to a page to the other processes that show it."""

    def flush(self) -> None:
        """Send the patches since the last flush."""

    def clear(self, client: str) -> None:
        """Send that this tab acts on the shared page."""


class WatchedPage:
    """A live page with the connections that watch it; what `q.page` saves to.

    Attributes:
        live: State, log and frames.
        watchers: Connections to notify of a new patch.
        flushed_at: When they were last notified, in seconds of `time.monotonic`.
        burst: Frames that it may send without waiting for the interval.
        relaying: Sends what happens to other processes that show it; None if there are none.

    Args:
        settings: Its bounds.
        paces: Pacers by the number of saves in a frame, from most saves to none.
        live: State, log and frames; new ones when left out.
    """

    def __init__(
        self,
        settings: Settings,
        paces: Sequence[tuple[int, Pacer]],
        live: LivePage | None = None,
    ) -> None:
        self.live = live or LivePage(secrets.token_hex(8), settings, named_components)
        self.relaying: Relaying | None = None
        self.watchers: set[Connection] = set()
        self.flushed_at = -math.inf
        self.burst = 0
        self._paces = paces
        self._pacer = paces[-1][1]
        self._saves = 0  # since then
        self._late: dict[Callable[[], None], None] = {}
        self._waits = False

    @property
    def state(self) -> PageState:
        """The cards as last saved."""
        return self.live.state

    @property
    def tail(self) -> Tail | None:
        """The text that the last save has made longer, if that was all it did."""
        return self.live.tail

    def commit(self, edits: list[Edit]) -> bool:
        """Apply the edits of one save, all or none, and notify the watchers.

        Returns:
            Whether to yield to the event loop now: because a frame is due, or because it may not
            have run since the last save.
        """
        now = time.monotonic()
        pacer = self._pacer
        self._saves += 1
        if (
            self.live.commit(edits, now)
            and (self.watchers or self.relaying is not None)
            and not self._waits
        ):
            self._waits = True
            pacer.add(self, now)
        return pacer.should_yield(now)

    def when_due(self, save: Callable[[], None]) -> None:
        """Call a function right before the next frame, once, however often it is given until then.

        The frame has what it saves. Each call counts as a save for the pace of the page.
        """
        self._saves += 1
        self._late[save] = None
        if not self._waits:
            self._waits = True
            self._pacer.add(self, time.monotonic())

    def forget(self) -> None:
        """Drop the history: a client that missed a patch gets a snapshot."""
        self.live.forget()

    def flush(self, now: float) -> None:
        """Send the saves since the last flush to the watchers, or notify them."""
        for saves, pacer in self._paces:
            if self._saves >= saves:
                self._pacer = pacer
                break
        quiet = now - self.flushed_at >= QUIET_S
        self.burst = BURST - 1 if quiet else max(0, self.burst - 1)
        self.flushed_at = now
        try:
            if self._late:
                late, self._late = self._late, {}
                for save in late:
                    save()
        finally:
            self._waits, self._saves = False, 0
        group = self.live.group
        alone = len(self.watchers) > len(group)
        self.live.send(now, framed)
        for connection in tuple(self.watchers) if alone else ():
            if connection not in group:
                connection.wake()
        if self.relaying is not None:
            self.relaying.flush()

    def clear(self, client: str) -> None:
        """Let all tabs but one forget what was entered: that one acts on the shared page."""
        for connection in self.watchers:
            if connection.client != client:
                connection.push(Clear())
        if self.relaying is not None:
            self.relaying.clear(client)

    def unwatch(self, connection: Connection) -> None:
        """Forget a watcher."""
        connection.go_alone()
        self.watchers.discard(connection)


class Pages:
    """Pages by their address: a client's id, a user's subject, or a route.

    A page is kept as long as a client of it is; then it is forgotten, and a task that
    still saves to it reaches no browser.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._paces = tuple(
            (saves, Pacer(settings.flush_interval_s * intervals))
            for saves, intervals in (*DENSE, (0, 1.0))
        )
        self._pages: dict[str, WatchedPage] = {}
        self._kept: WeakSet[WatchedPage] = WeakSet()  # all of them, those without an address too
        self._clients: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._pages)

    def __contains__(self, address: str) -> bool:
        return address in self._pages

    def open(self, address: str) -> WatchedPage:
        """Return the page for one more client of it, making it when it is the first."""
        self._clients[address] = self._clients.get(address, 0) + 1
        return self.peek(address)

    def peek(self, address: str) -> WatchedPage:
        """Return the page at an address or at a page's `url`, making it when there is none."""
        page = self._pages.get(address) or self._pages.get(address.removeprefix("/"))
        if page is None:
            page = self._pages[address] = self.apart()
        return page

    def apart(self, live: LivePage | None = None) -> WatchedPage:
        """Return a page without an address: of a query without a tab, or of another process."""
        page = WatchedPage(self._settings, self._paces, live)
        self._kept.add(page)
        return page

    def expire(self, now: float) -> None:
        """Drop patches that are too old, and the history of idle pages if there is too much.

        A browser that reconnects to such a page gets a snapshot.

        Args:
            now: Seconds of `time.monotonic`.
        """
        most = self._settings.ring_total_bytes
        sizes = {page: page.live.expire(now) for page in self._kept}
        total = sum(sizes.values())
        if total <= most:
            return
        for page in sorted(sizes, key=lambda page: page.flushed_at):
            page.forget()
            total -= sizes[page]
            if total <= most // 2:
                return

    def close(self, address: str) -> None:
        """Forget the page when this was its last client."""
        self._clients[address] -= 1
        if not self._clients[address]:
            del self._clients[address]
            del self._pages[address]
