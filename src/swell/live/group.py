"""Group: the watchers of a page that are in sync and have nothing else to get.

They are sent the next frame together. What one of them costs then is the call that writes to
its socket: no look at its connection, no choice, no timer. A watcher that has something of its
own to get, such as an answer to an action, falls out and comes back afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

Write: TypeAlias = Callable[[bytes], object]
"""Takes finished bytes for one socket, and does not wait."""


class Watcher(Protocol):
    """A member of a group: a connection."""

    seq: int
    """Patch that it has. Out of date while it is in a group."""

    sent_at: float
    """When it was last sent a patch. Out of date while it is in a group."""

    wake: Callable[[], None]
    """Signals pending data."""


class Group:
    """Some watchers of one page, all at one position.

    Attributes:
        seq: Number of the last patch that all of them have.
        sent_at: When they were last sent one, in seconds of the caller's monotonic clock.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.sent_at = 0.0
        self._writes: dict[Watcher, Write] = {}
        self._turn: tuple[tuple[Watcher, Write], ...] | None = None

    def __len__(self) -> int:
        return len(self._writes)

    def __contains__(self, watcher: Watcher) -> bool:
        return watcher in self._writes

    def join(self, watcher: Watcher, write: Write) -> bool:
        """Take in a watcher that has got all that there is for it; return whether it fits."""
        if not self._writes:
            self.seq, self.sent_at = watcher.seq, watcher.sent_at
        elif watcher.seq != self.seq:
            return False
        self._writes[watcher] = write
        self._turn = None
        return True

    def leave(self, watcher: Watcher) -> None:
        """Let a watcher go its own way from here; nothing happens if it does already."""
        if self._writes.pop(watcher, None) is not None:
            watcher.seq, watcher.sent_at = self.seq, self.sent_at
            self._turn = None

    def send(self, frame: bytes, seq: int, now: float) -> None:
        """Write a frame that takes all of them to patch `seq`."""
        turn = self._turn
        if turn is None:
            turn = self._turn = tuple(self._writes.items())
        before, self.seq, self.sent_at = self.seq, seq, now
        for watcher, write in turn:
            try:
                write(frame)
            except Exception:
                self.leave(watcher)
                watcher.seq = before
                watcher.wake()  # it sends alone, and can report the error

    def scatter(self) -> None:
        """Let all of them go their own way, since no frame suits them any more."""
        for watcher in tuple(self._writes):
            self.leave(watcher)
            watcher.wake()
