"""A backplane inside one process: for a service of one process, and for tests of several."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

from swell.logs import logger

from .base import QUEUE_MAX, Gap, Listener, Watcher, check

__all__ = ["Hub", "MemoryBackplane"]

_log = logger("swell.backplane")


class Hub:
    """Connects the backplanes of one process."""

    def __init__(self) -> None:
        self.members: set[MemoryBackplane] = set()


class MemoryBackplane:
    """A member of a hub; alone in its own when none is given.

    Args:
        hub: The hub that connects it to others.
    """

    def __init__(self, hub: Hub | None = None) -> None:
        self._hub = hub or Hub()
        self._subscriptions: dict[str, set[_Subscription]] = {}
        self._watchers: set[Watcher] = set()

    @property
    def connected(self) -> bool:
        """Whether this member is open."""
        return self in self._hub.members

    @property
    def waiting(self) -> int:
        """0: messages are delivered at once."""
        return 0

    async def open(self) -> None:
        """Join the hub."""
        if not self.connected:
            self._hub.members.add(self)
            self._turned(True)

    async def close(self) -> None:
        """Leave the hub, and stop calling listeners."""
        if self.connected:
            self._hub.members.discard(self)
            self._turned(False)
        for found in self._subscriptions.values():
            for subscription in found:
                subscription.ended = True
        self._subscriptions.clear()

    async def ready(self) -> None:
        """Return at once: subscriptions begin at once."""

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call a function when this member joins or leaves."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    def _turned(self, connected: bool) -> None:
        for watcher in tuple(self._watchers):
            watcher(connected)

    def publish(self, topic: str, message: bytes) -> None:
        """Queue a message for the other members that listen; it is lost while this one is away."""
        check(topic, message)
        if not self.connected:
            return
        for member in self._hub.members:
            if member is not self:
                for subscription in tuple(member._subscriptions.get(topic, ())):
                    subscription.put(message)

    def subscribe(self, topic: str, listener: Listener, gap: Gap) -> Callable[[], None]:
        """Call a listener with what other members publish from now on."""
        check(topic)
        subscription = _Subscription(listener, gap)
        self._subscriptions.setdefault(topic, set()).add(subscription)

        def end() -> None:
            subscription.ended = True
            found = self._subscriptions.get(topic)
            if found is not None:
                found.discard(subscription)
                if not found:
                    del self._subscriptions[topic]

        return end


class _Subscription:
    """Messages that wait for one listener, delivered in the next iteration of the event loop."""

    def __init__(self, listener: Listener, gap: Gap) -> None:
        self.ended = False
        self._listener, self._gap = listener, gap
        self._waiting: deque[bytes] = deque()
        self._missing = self._due = False

    def put(self, message: bytes) -> None:
        if len(self._waiting) >= QUEUE_MAX:
            self._waiting.clear()
            self._missing = True
        self._waiting.append(message)
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._deliver)

    def _deliver(self) -> None:
        self._due = False
        missing, self._missing = self._missing, False
        if missing and not self.ended:
            self._call(self._gap)
        while self._waiting and not self.ended:
            self._call(partial(self._listener, self._waiting.popleft()))

    def _call(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception:
            _log.exception("a backplane listener raised")
