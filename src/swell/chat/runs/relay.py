"""Relay: sends the changes of running answers to the processes whose tabs show them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from swell.backplane.base import MESSAGE_MAX
from swell.chat.store.statements import to_json
from swell.tasks import Tasks

from .answer import Answer, Grown
from .news import WATCH_S, Changed, News, Stored, encode

__all__ = ["INTERVAL_S", "Growing", "Relay", "batch"]

INTERVAL_S = 0.033
"""Least time between two messages about one run, in seconds: what grows in it is one message."""


class Growing(Protocol):
    """The attributes of a run that is relayed."""

    id: str
    fence: int
    answer: Answer
    ended: asyncio.Event
    watchers: set[Callable[[], None]]


class Relay:
    """Sends what happens to the runs that other processes watch.

    Args:
        publish: Sends news about a run, by its id.
        store: Stores the text of a run; returns how many changes it includes, None if it cannot.
        tasks: Owns what runs in the background.
    """

    def __init__(
        self,
        publish: Callable[[str, bytes], None],
        store: Callable[[str], Awaitable[int | None]],
        tasks: Tasks,
    ) -> None:
        self._publish = publish
        self._store = store
        self._tasks = tasks
        self._watched: dict[str, _Watched] = {}

    def watch(self, run: Growing, *, fresh: bool) -> None:
        """Send the changes of a run for a while.

        Args:
            run: The run.
            fresh: A process has just begun to watch, or has missed a message.
        """
        watched = self._watched.get(run.id)
        if watched is None:
            watched = self._watched[run.id] = _Watched(run, self._send, self._end)
            fresh = True
        watched.until = asyncio.get_running_loop().time() + WATCH_S
        if fresh and not watched.storing:
            watched.storing = True
            self._tasks.start(self._refresh(watched))

    def catch_up(self, run_id: str) -> None:
        """Send what waits: the text that is about to be stored ends where a message ends."""
        watched = self._watched.get(run_id)
        if watched is not None:
            watched.send()

    async def _refresh(self, watched: _Watched) -> None:
        try:
            at = await self._store(watched.run.id)
        finally:
            watched.storing = False
        if at is not None:
            self._send(watched.run, Stored(watched.run.fence, at))

    def _send(self, run: Growing, news: News) -> None:
        message = encode(news)
        if len(message) > MESSAGE_MAX:  # to be read from the store
            self.watch(run, fresh=True)
        else:
            self._publish(run.id, message)

    def _end(self, run: Growing) -> None:
        self._watched.pop(run.id, None)


class _Watched:
    """One run that other processes watch."""

    def __init__(
        self, run: Growing, send: Callable[[Growing, News], None], end: Callable[[Growing], None]
    ) -> None:
        self.run = run
        self.until = 0.0
        self.storing = False
        self._send, self._end = send, end
        self._sent = len(run.answer.log)
        self._last = 0.0
        self._due = False
        run.watchers.add(self._hear)

    def _hear(self) -> None:
        if not self._due:
            self._due = True
            loop = asyncio.get_running_loop()
            loop.call_later(max(0.0, self._last + INTERVAL_S - loop.time()), self._pass_on)

    def _pass_on(self) -> None:
        self._due = False
        self._last = asyncio.get_running_loop().time()
        if self.run.ended.is_set() or self._last > self.until:
            self.run.watchers.discard(self._hear)
            self._end(self.run)
        else:
            self.send()

    def send(self) -> None:
        """Send the changes that were not sent yet."""
        start, self._sent = self._sent, len(self.run.answer.log)
        if self._sent > start:
            self._send(self.run, batch(self.run.answer, start, self.run.fence))


def batch(answer: Answer, start: int, fence: int) -> Changed:
    """Return all changes of an answer from one on, as few as they can be."""
    changes = answer.log[start:]
    placed = {change.at for change in changes if type(change) is not Grown}
    grown: dict[int, list[str]] = {}
    for change in changes:
        if type(change) is Grown and change.at not in placed:  # else the part has it
            grown.setdefault(change.at, []).append(change.text)
    return Changed(
        fence,
        start,
        len(changes),
        [(at, "".join(texts)) for at, texts in grown.items()],
        [(at, to_json(answer.part(at))) for at in sorted(placed)],
    )
