"""Pacer: one timer that flushes all pages of the process.

A page that was quiet sends at once, a busy one with the next tick, and all busy pages tick
together: one timer and one turn of the event loop serve them all, and what sends a frame is
still in the processor's caches for the next one.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from swell.logs import logger

_log = logger("swell.server")


class Paced(Protocol):
    """What a pacer flushes."""

    flushed_at: float
    """When it last sent, in seconds of `time.monotonic`."""

    burst: int
    """Frames that it may send without waiting for the interval."""

    def flush(self, now: float) -> None:
        """Send the pending changes."""


class Pacer:
    """Ticks as long as there is something to send.

    Args:
        interval_s: Least time between two frames of a busy page.
    """

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._ticked_at = 0.0
        self._tick_at = 0.0
        self._saver: asyncio.Task[object] | None = None  # of the last save since the last flush
        self._now: list[Paced] = []
        self._next: list[Paced] = []

    def add(self, page: Paced, now: float) -> None:
        """Flush a page at its time; it must not be waiting already."""
        if page.burst or now - page.flushed_at >= self._interval_s:
            if not self._now:
                asyncio.get_running_loop().call_soon(self._flush_now)
            self._now.append(page)
            return
        if not self._next:
            self._tick_at = max(now, max(page.flushed_at, self._ticked_at) + self._interval_s)
            asyncio.get_running_loop().call_later(self._tick_at - now, self._tick)
        self._next.append(page)

    def should_yield(self, now: float) -> bool:
        """Return whether the task that has just saved should yield to the event loop.

        It should when a frame is due, and when the loop may not have run since its last save:
        then no other task has saved, and no page was flushed.
        """
        last, self._saver = self._saver, asyncio.current_task()
        return self._saver is last or bool(self._now) or now >= self._tick_at

    def _flush_now(self) -> None:
        pages, self._now = self._now, []
        self._flush(pages, time.monotonic())

    def _tick(self) -> None:
        pages, self._next = self._next, []
        self._ticked_at = time.monotonic()
        self._flush(pages, self._ticked_at)

    def _flush(self, pages: list[Paced], now: float) -> None:
        self._saver = None
        for page in pages:
            try:
                page.flush(now)
            except Exception:  # of one page, which must not hold up the others
                _log.exception("a page could not be sent")
