"""Admission: limits of active runs, the queue, and the rates of prompts."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from swell.chat.refusal import LocalizedRefusal

__all__ = ["Budget", "Gate", "Ticket", "Used"]

PEOPLE_MAX = 100_000
"""Users and addresses whose prompts are counted; the least recent are forgotten first."""

_MINUTE_S, _DAY_S = 60.0, 86_400.0


class Ticket:
    """The place of a run at the gate.

    Attributes:
        place: Its place in the queue, from 1; None when it does not wait.
        open: Set when the run may begin.
    """

    def __init__(self, user: str, address: str, moved: Callable[[int | None], None]) -> None:
        self.user, self.address = user, address
        self.place: int | None = None
        self.open = asyncio.Event()
        self._moved = moved

    def move(self, place: int | None) -> None:
        """Change the position in the queue, and notify the listener."""
        if place != self.place:
            self.place = place
            self._moved(place)


class Gate:
    """Lets runs begin, in the order in which they came, as far as the bounds allow.

    Args:
        total: Runs at the same time.
        per_user: Limit of these for one user.
        per_address: Limit of these for one address; runs without an address are not limited.
    """

    def __init__(self, total: int, per_user: int, per_address: int) -> None:
        self._total, self._per_user, self._per_address = total, per_user, per_address
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
        return self._inside["user", ticket.user] < self._per_user and (
            not ticket.address or self._inside["address", ticket.address] < self._per_address
        )


class Used(msgspec.Struct, frozen=True):
    """Usage of a user, counted by this process since it started.

    Attributes:
        prompts_minute: Prompts of the last minute.
        prompts_day: Prompts of the last 24 hours.
        tokens_day: Tokens that models counted for their answers in the last 24 hours.
    """

    prompts_minute: int = 0
    prompts_day: int = 0
    tokens_day: int = 0


class _Spent(NamedTuple):
    prompts: deque[float]
    tokens: deque[tuple[float, int]]


class Budget:
    """Counts prompts and tokens of users and addresses; 0 as a bound means none.

    Args:
        per_minute: Prompts of one user in a minute.
        per_minute_address: Prompts of one address in a minute.
        per_day: Prompts of one user in 24 hours.
        tokens_per_day: Tokens of one user in 24 hours.
        clock: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        *,
        per_minute: int,
        per_minute_address: int,
        per_day: int,
        tokens_per_day: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_minute, self._per_minute_address = per_minute, per_minute_address
        self._per_day, self._tokens_per_day = per_day, tokens_per_day
        self._clock = clock
        self._spent: OrderedDict[tuple[str, str], _Spent] = OrderedDict()

    def used(self, user_id: str) -> Used:
        """Return the usage of a user."""
        spent, now = self._of("user", user_id), self._clock()
        return Used(
            sum(at > now - _MINUTE_S for at in spent.prompts),
            len(spent.prompts),
            sum(count for _, count in spent.tokens),
        )

    def take(self, user_id: str, address: str) -> None:
        """Count a prompt.

        Raises:
            LocalizedRefusal: If a bound is reached; then it is not counted.
        """
        now = self._clock()
        mine = self._of("user", user_id)
        counted = [(mine, self._per_minute)]
        if address:
            counted.append((self._of("address", address), self._per_minute_address))
        for spent, bound in counted:
            recent = [at for at in spent.prompts if at > now - _MINUTE_S]
            if bound and len(recent) >= bound:
                wait = max(1, round(recent[-bound] + _MINUTE_S - now))
                raise _too_fast(wait)
        if (self._per_day and len(mine.prompts) >= self._per_day) or (
            self._tokens_per_day and sum(count for _, count in mine.tokens) >= self._tokens_per_day
        ):
            raise LocalizedRefusal(lambda words: words.used_up, "used_up")
        for spent, _ in counted:
            spent.prompts.append(now)

    def spend(self, user_id: str, tokens: int) -> None:
        """Count the tokens of an answer."""
        if tokens:
            self._of("user", user_id).tokens.append((self._clock(), tokens))

    def _of(self, kind: str, key: str) -> _Spent:
        spent = self._spent.setdefault((kind, key), _Spent(deque(), deque()))
        self._spent.move_to_end((kind, key))
        while len(self._spent) > PEOPLE_MAX:
            self._spent.popitem(last=False)
        # Of an address only the last minute counts.
        old = self._clock() - (_DAY_S if kind == "user" else _MINUTE_S)
        while spent.prompts and spent.prompts[0] <= old:
            spent.prompts.popleft()
        while spent.tokens and spent.tokens[0][0] <= old:
            spent.tokens.popleft()
        return spent


def _too_fast(seconds: int) -> LocalizedRefusal:
    return LocalizedRefusal(
        lambda words: words.too_fast.format(seconds=seconds), "too_fast", seconds * 1_000
    )
