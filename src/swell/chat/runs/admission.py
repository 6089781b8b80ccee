"""Admission: limits of active runs, the queue, and the pace of addresses."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from weakref import WeakMethod

from swell.chat.refusal import LocalizedRefusal

__all__ = ["Gate", "Pace", "Ticket"]

ADDRESSES_MAX = 100_000
"""Addresses whose prompts are counted; the least recent are forgotten first."""

_MINUTE_S = 60.0


class Ticket:
    """The place of a run at the gate.

    Attributes:
        most: Runs of its user at the same time; 0 means no limit.
        place: Its place in the queue, from 1; None when it does not wait.
        open: Set when the run may begin.

    Args:
        moved: Method that is called when the place has changed. A weak reference to it is kept, so
            that a run which has ended is freed without the garbage collector.
    """

    def __init__(self, user: str, address: str, most: int, moved: Callable[[], None]) -> None:
        self.user, self.address, self.most = user, address, most
        self.place: int | None = None
        self.open = asyncio.Event()
        self._moved = WeakMethod(moved)

    def move(self, place: int | None) -> None:
        """Change the position in the queue, and notify the listener."""
        if place != self.place:
            self.place = place
            if (moved := self._moved()) is not None:
                moved()


class Gate:
    """Lets runs begin, in the order in which they came, as far as the bounds allow.

    Args:
        total: Runs at the same time.
        per_address: Limit of these for one address; runs without an address are not limited.
    """

    def __init__(self, total: int, per_address: int) -> None:
        self._total, self._per_address = total, per_address
        self._inside: Counter[tuple[str, str]] = Counter()
        self._count = 0
        self._queue: list[Ticket] = []

    @property
    def waiting(self) -> int:
        """How many runs wait."""
        return len(self._queue)

    def enter(self, ticket: Ticket) -> None:
        """Open the ticket now, or as soon as there is room."""
        self._queue.append(ticket)
        self._advance()

    def leave(self, ticket: Ticket) -> None:
        """Release the place of a run that has ended, cannot begin yet, or was cancelled."""
        if ticket in self._queue:
            self._queue.remove(ticket)
        elif ticket.open.is_set():
            ticket.open.clear()
            self._count -= 1
            for key in (("user", ticket.user), ("address", ticket.address)):
                self._inside[key] -= 1
                if not self._inside[key]:
                    del self._inside[key]
        self._advance()

    def _advance(self) -> None:
        for ticket in list(self._queue):
            if self._count < self._total and self._has_room(ticket):
                self._queue.remove(ticket)
                self._count += 1
                self._inside["user", ticket.user] += 1
                self._inside["address", ticket.address] += 1
                ticket.move(None)
                ticket.open.set()
        for place, ticket in enumerate(self._queue, 1):
            ticket.move(place)

    def _has_room(self, ticket: Ticket) -> bool:
        return (not ticket.most or self._inside["user", ticket.user] < ticket.most) and (
            not ticket.address or self._inside["address", ticket.address] < self._per_address
        )


class Pace:
    """Counts the prompts of addresses, in this process.

    Args:
        per_minute: Prompts of one address in a minute; 0 means no limit.
        clock: Seconds of a monotonic clock.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._prompts: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, address: str) -> None:
        """Count a prompt of an address; those of this machine are not counted.

        Raises:
            LocalizedRefusal: If the limit is reached; then it is not counted.
        """
        if not address or not self._per_minute:
            return
        now = self._clock()
        prompts = self._prompts.setdefault(address, deque())
        self._prompts.move_to_end(address)
        while len(self._prompts) > ADDRESSES_MAX:
            self._prompts.popitem(last=False)
        while prompts and prompts[0] <= now - _MINUTE_S:
            prompts.popleft()
        if len(prompts) >= self._per_minute:
            seconds = max(1, round(prompts[-self._per_minute] + _MINUTE_S - now))
            raise LocalizedRefusal(
                lambda words: words.too_fast.format(seconds=seconds), "too_fast", seconds * 1_000
            )
        prompts.append(now)
