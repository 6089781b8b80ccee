"""Feed: the changes of threads, published by runs and actions, received by views.

A change comes with the records that it is about, so that a listener of the same process does not
read the store to show it. Other processes hear over the backplane that a thread has changed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

import msgspec

from swell.backplane.base import Backplane
from swell.chat.records import Accepted, Message
from swell.errors import DECODE_ERRORS

__all__ = ["Change", "Feed", "Listener", "RunEnded", "RunQueued", "ThreadChanged", "ThreadRenamed"]


class RunQueued(NamedTuple):
    """A prompt was accepted, and its answer is about to be made.

    Attributes:
        accepted: The stored records.
    """

    accepted: Accepted

    @property
    def thread_id(self) -> str:
        """The thread that it is in."""
        return self.accepted.thread.id


class RunEnded(NamedTuple):
    """An answer is complete, and stored.

    Attributes:
        answer: The stored record.
        ended: When, in seconds since the epoch.
    """

    answer: Message
    ended: float

    @property
    def thread_id(self) -> str:
        """The thread that it is in."""
        return self.answer.thread_id


class ThreadRenamed(NamedTuple):
    """A thread has another title.

    Attributes:
        thread_id: The thread.
        title: Its title now.
    """

    thread_id: str
    title: str


class ThreadChanged(NamedTuple):
    """Something else about a thread has changed: it has to be read again to be shown.

    Attributes:
        thread_id: The thread; empty when it may be any thread of the user.
    """

    thread_id: str


_READS_AT_ONCE = 50  # listeners that read the store at the same moment after a gap

_READS_PER_S = 500  # of more than that, how many begin in a second

_SPREAD_S = 5.0  # how long they may take to begin

Change: TypeAlias = RunQueued | RunEnded | ThreadRenamed | ThreadChanged
Listener: TypeAlias = Callable[[Change], None]
"""Called with each change; it must not block, and must not raise."""


class _News(msgspec.Struct, array_like=True, frozen=True):
    """A change as other processes get it; they read the rest from the store."""

    user_id: str
    thread_id: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_News).decode


def _read(message: bytes) -> _News | None:
    """Return what another process sent; None for anything else."""
    try:
        return _decode(message)
    except DECODE_ERRORS:
        return None


class Feed:
    """Passes changes to listeners: with their records in this process, without them in others.

    Args:
        backplane: Reaches the other processes of the service.
        app: Name of the app; only processes of the same app hear of its threads.

    Attributes:
        backplane: As given.
        app: As given.
    """

    def __init__(self, backplane: Backplane, app: str) -> None:
        self.backplane = backplane
        self.app = app
        self._app = sha256(app.encode()).hexdigest()[:16]
        self._people: dict[str, set[Listener]] = {}
        self._readers: dict[str, set[Listener]] = {}
        self._ends: dict[str, Callable[[], None]] = {}  # of subscriptions, by topic

    def subscribe(self, user_id: str, listener: Listener) -> None:
        """Call a listener with every change to a thread of this user."""
        self._people.setdefault(user_id, set()).add(listener)
        self._reach(self._person(user_id), self._people, user_id)

    def unsubscribe(self, user_id: str, listener: Listener) -> None:
        """Stop calling it."""
        if _discard(self._people, user_id, listener):
            self._ends.pop(self._person(user_id))()

    def read(self, thread_id: str, listener: Listener) -> None:
        """Call a listener with every change to a thread, of any user."""
        self._readers.setdefault(thread_id, set()).add(listener)
        self._reach(self._thread(thread_id), self._readers, thread_id)

    def unread(self, thread_id: str, listener: Listener) -> None:
        """Stop calling it."""
        if _discard(self._readers, thread_id, listener):
            self._ends.pop(self._thread(thread_id))()

    async def news(self, thread_id: str, stopped: asyncio.Future[Any], *, timeout_s: float) -> None:
        """Wait until a change of a thread is published, or `stopped` is done.

        Args:
            thread_id: The thread.
            stopped: Ends the wait as well; it is not cancelled.
            timeout_s: Longest wait, in seconds.
        """
        news: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def hear(_: Change) -> None:
            if not news.done():
                news.set_result(None)

        self.read(thread_id, hear)
        try:
            waiting = (news, stopped)
            await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.unread(thread_id, hear)
            news.cancel()

    def publish(self, user_id: str, change: Change, *, by: Listener | None = None) -> None:
        """Call the listeners, here and in other processes.

        Args:
            user_id: Owner of the thread.
            change: The change.
            by: The listener that made the change and shows it already.
        """
        self.announce(user_id, change, by=by)
        news = _encode(_News(user_id, change.thread_id))
        self.backplane.publish(self._person(user_id), news)
        if change.thread_id:
            self.backplane.publish(self._thread(change.thread_id), news)

    def announce(self, user_id: str, change: Change, *, by: Listener | None = None) -> None:
        """Call the listeners of this process only; the arguments are those of `publish`."""
        for found in (self._people.get(user_id), self._readers.get(change.thread_id)):
            for listener in tuple(found or ()):
                if listener != by:
                    listener(change)

    def topic(self, kind: str, name: str) -> str:
        """Return the topic of something of this app."""
        return f"{self._app}/{kind}/{name}"

    def _person(self, user_id: str) -> str:
        return self.topic("person", user_id)

    def _thread(self, thread_id: str) -> str:
        return self.topic("thread", thread_id)

    def _reach(self, topic: str, listeners: dict[str, set[Listener]], key: str) -> None:
        """Subscribe to a topic of the backplane, as long as this process has a listener."""
        if topic in self._ends:
            return

        def call(thread_id: str) -> None:
            for listener in tuple(listeners.get(key, ())):
                listener(ThreadChanged(thread_id))

        def miss() -> None:
            # After a lost connection all listeners read the store: not all at the same moment.
            if len(self._ends) <= _READS_AT_ONCE:
                call("")
                return
            most = min(len(self._ends) / _READS_PER_S, _SPREAD_S)
            wait_s = random.uniform(0, most)  # noqa: S311  # no secret
            asyncio.get_running_loop().call_later(wait_s, call, "")

        def hear(message: bytes) -> None:
            if (news := _read(message)) is not None:
                call(news.thread_id)

        self._ends[topic] = self.backplane.subscribe(topic, hear, miss)


def _discard(listeners: dict[str, set[Listener]], key: str, listener: Listener) -> bool:
    """Remove a listener; return whether it was the last one."""
    found = listeners.get(key)
    if found is None:
        return False
    found.discard(listener)
    if not found:
        del listeners[key]
    return not found
