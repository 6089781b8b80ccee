"""Admission: which new tabs are accepted, and which tab is dropped to make room."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection
from typing import Protocol, TypeVar

from swell.errors import ProtocolError
from swell.live.wire import CLOSE_FULL, CLOSE_RATE
from swell.logs import logger
from swell.settings.table import Settings

from .limits import LogLimiter, RateLimiter

__all__ = ["Admission", "Tab"]

_log = logger("swell.server")

KNOWN_MAX = 100_000
"""Browsers that are remembered as known; those that did nothing for longest are forgotten first."""

FEW = 8
"""Tabs that a peer may have before its open ones make room for the tabs of others."""


class Tab(Protocol):
    """A tab, as far as its place is concerned.

    Attributes:
        session_id: The browser that it belongs to.
        peer: What its address counts as, see `limits.peer_of`; empty when many may share it.
        signed_in: Whether a user is signed in there.
        acted: Whether it has sent an action.
        opened_at: When it was opened, in seconds of a monotonic clock.
        gone_at: When its last connection closed, None while it has one.
    """

    session_id: str
    peer: str
    signed_in: bool
    acted: bool
    opened_at: float
    gone_at: float | None


_T = TypeVar("_T", bound=Tab)


class Admission:
    """Decides whether to accept a new tab.

    Known clients are signed-in users, and browsers that have sent an action. They are always
    accepted, and unknown clients are dropped to make room for them.

    Args:
        settings: `tabs_max`, `tab_rate_per_s` and `tab_burst`.
    """

    def __init__(self, settings: Settings) -> None:
        self._max = settings.tabs_max
        self._rate = RateLimiter(settings.tab_rate_per_s, settings.tab_burst)
        self._acted: OrderedDict[str, None] = OrderedDict()
        self._seldom = LogLimiter(_log)

    def acted(self, session_id: str) -> None:
        """Note that something was done in a browser."""
        self._acted[session_id] = None
        self._acted.move_to_end(session_id)
        if len(self._acted) > KNOWN_MAX:
            self._acted.popitem(last=False)

    def room(
        self, peer: str, session_id: str, signed_in: bool, tabs: Collection[_T], now: float
    ) -> list[_T]:
        """Return the tabs to drop for a new one.

        Args:
            peer: The peer key of the new tab's address.
            session_id: The browser that opens it.
            signed_in: Whether a user is signed in there.
            tabs: All tabs.
            now: Seconds of a monotonic clock.

        Raises:
            ProtocolError: If there is no place for it; its browser tries again later.
        """
        known = signed_in or session_id in self._acted
        if peer and not known and self._rate.take(peer, now):
            self._seldom.warning(
                f"rate {peer}",
                "refused a new tab of %s, which opens too many (settings tab_rate_per_s, "
                "tab_burst); if that is a proxy, name it in trusted_proxies",
                peer,
            )
            raise ProtocolError(CLOSE_RATE, "too many new tabs from this address")
        if len(tabs) < self._max:
            return []
        found = self._expendable(peer, tabs, known)
        if not found:
            self._seldom.warning("full", "refused a new tab: there are %d (tabs_max)", len(tabs))
            raise ProtocolError(CLOSE_FULL, "too many tabs at once")
        return found

    def _expendable(self, peer: str, tabs: Collection[_T], known: bool) -> list[_T]:
        """Return the tabs that are missed least.

        First unused closed tabs, several at once, so that not every new tab of a flood scans all
        tabs; then one more: another closed tab, or an unused open one of an unknown client. Of two
        equal tabs, that of the peer with more tabs is dropped, then the older one.
        """
        by_peer = Counter(tab.peer for tab in tabs)
        fair = by_peer[peer] + FEW
        unused: list[tuple[int, float, int, _T]] = []
        others: list[tuple[int, int, float, int, _T]] = []
        for number, tab in enumerate(tabs):
            many = by_peer[tab.peer]
            inactive = not (tab.signed_in or tab.session_id in self._acted)
            if tab.gone_at is None:
                if not tab.acted and inactive and (known or not tab.peer or many > fair):
                    others.append((0, -many, tab.opened_at, number, tab))
            elif inactive:
                unused.append((-many, tab.gone_at, number, tab))
            else:
                others.append((2 if tab.acted else 1, -many, tab.gone_at, number, tab))
        if unused:
            return [one[-1] for one in sorted(unused)[: max(1, self._max // 100)]]
        return [min(others)[-1]] if others else []
