"""Watchdog: says what keeps the event loop from running, while it does."""

from __future__ import annotations

import asyncio
import linecache
import logging
import sys
import sysconfig
import threading
import time
from types import FrameType

__all__ = ["Watchdog"]

BLOCKED_S = 1.0
"""How long the event loop may not run before the log says so, in seconds."""

_log = logging.getLogger("swell.server")
_LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))


class Watchdog:
    """A thread that looks whether the event loop runs; one call that blocks it stops everybody.

    It tells once for each time that the loop is blocked, and shows the line that is to blame: by
    then nobody is answered any more, so nothing else can.

    Args:
        blocked_s: How long the loop may not run, in seconds.
    """

    def __init__(self, blocked_s: float = BLOCKED_S) -> None:
        self._blocked_s = blocked_s
        self._interval_s = blocked_s / 4
        self._ran = 0.0
        self._ended = threading.Event()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look after the event loop that runs in this thread."""
        self._beat(asyncio.get_running_loop())
        threading.Thread(
            target=self._watch, args=(threading.get_ident(),), name="swell-watchdog", daemon=True
        ).start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ran = time.monotonic()
        self._timer = loop.call_later(self._interval_s, self._beat, loop)

    def _watch(self, thread: int) -> None:
        told = 0.0
        before = time.monotonic()
        while not self._ended.wait(self._interval_s):
            ran, now = self._ran, time.monotonic()
            # When this thread is late, too, the machine or the whole process stood still.
            awake, before = now - before < self._interval_s + self._blocked_s / 2, now
            if awake and now - ran > self._blocked_s and ran != told:
                told = ran
                _log.warning(
                    "the event loop has not run for %.1f s, and nobody is answered until it does, "
                    "because of %s; await an async call there, or use asyncio.to_thread",
                    now - ran,
                    _where(sys._current_frames().get(thread)),
                )


def _where(frame: FrameType | None) -> str:
    """Name the innermost line that belongs to the app, else the innermost one."""
    found, inner = frame, frame
    while inner is not None and inner.f_code.co_filename.startswith((*_LIBRARIES, "<")):
        inner = inner.f_back
    found = inner or found
    if found is None:
        return "something unknown"
    code = found.f_code
    line = linecache.getline(code.co_filename, found.f_lineno).strip()
    return f"{code.co_qualname} in {code.co_filename}, line {found.f_lineno}: {line}"
