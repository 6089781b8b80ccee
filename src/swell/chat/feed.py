"""Feed: whoever changes something says so, and whoever shows something listens.

A change comes with the records that it is about, so that a listener of the same process need not
read the store to show it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from swell.chat.records import Accepted, Message

__all__ = ["Change", "Feed", "Listener", "RunEnded", "RunQueued", "ThreadChanged", "ThreadRenamed"]


class RunQueued(NamedTuple):
    """A prompt was accepted, and its answer is about to be made.

    Attributes:
        accepted: What was stored.
    """

    accepted: Accepted

    @property
    def thread_id(self) -> str:
        """The thread that it is in."""
        return self.accepted.thread.id


class RunEnded(NamedTuple):
    """An answer is complete, and stored.

    Attributes:
        answer: As it is stored.
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
        thread_id: The thread; empty when it may be any thread of the person.
    """

    thread_id: str


Change: TypeAlias = RunQueued | RunEnded | ThreadRenamed | ThreadChanged
Listener: TypeAlias = Callable[[Change], None]
"""Called with each change; it must not block, and must not raise."""


class Feed:
    """Passes changes on to those who listen, in the process that they happen in."""

    def __init__(self) -> None:
        self._people: dict[str, set[Listener]] = {}
        self._readers: dict[str, set[Listener]] = {}

    def subscribe(self, user_id: str, listener: Listener) -> None:
        """Call a listener with every change to a thread of this person."""
        self._people.setdefault(user_id, set()).add(listener)

    def unsubscribe(self, user_id: str, listener: Listener) -> None:
        """Stop calling it."""
        _discard(self._people, user_id, listener)

    def read(self, thread_id: str, listener: Listener) -> None:
        """Call a listener with every change to a thread, whoever it belongs to."""
        self._readers.setdefault(thread_id, set()).add(listener)

    def unread(self, thread_id: str, listener: Listener) -> None:
        """Stop calling it."""
        _discard(self._readers, thread_id, listener)

    def publish(self, user_id: str, change: Change, *, by: Listener | None = None) -> None:
        """Tell the listeners.

        Args:
            user_id: Whose thread it is.
            change: What has changed.
            by: The listener that made the change and shows it already.
        """
        for found in (self._people.get(user_id), self._readers.get(change.thread_id)):
            for listener in tuple(found or ()):
                if listener != by:
                    listener(change)


def _discard(listeners: dict[str, set[Listener]], key: str, listener: Listener) -> None:
    found = listeners.get(key)
    if found is not None:
        found.discard(listener)
        if not found:
            del listeners[key]
