"""Watchdog: names the call that blocks the event loop, while it does."""

from __future__ import annotations

import asyncio
import linecache
import selectors
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from swell.logs import logger

__all__ = ["Watchdog"]

BLOCKED_S = 1.0
"""How long one call may block the event loop before it is logged, in seconds."""

_log = logger("swell.server")
_LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))
_LOOP = (  # frames between a callback and the caller of the loop
    (asyncio.events.__file__, "_run"),
    (asyncio.base_events.__file__, "_run_once"),
    (asyncio.runners.__file__, "run"),
)


class Watchdog:
    """A thread that logs a call which blocks the event loop, because that stops all requests.

    It logs once for each such call, with the line of the app that made it. A loop that is late
    for another reason is not reported: the machine had no processor free for it, or many short
    calls were due.

    Args:
        blocked_s: How long one call may block the loop, in seconds.
    """

    def __init__(self, blocked_s: float = BLOCKED_S) -> None:
        self._blocked_s = blocked_s
        self._interval_s = blocked_s / 4
        self._ran = 0.0
        self._ended = threading.Event()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch the event loop that runs in this thread."""
        self._beat(asyncio.get_running_loop())
        threading.Thread(
            target=self._watch,
            args=(threading.get_ident(), threading.get_native_id()),
            name="swell-watchdog",
            daemon=True,
        ).start()

    def stop(self) -> None:
        """Stop watching."""
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ran = time.monotonic()
        self._timer = loop.call_later(self._interval_s, self._beat, loop)

    def _watch(self, thread: int, native: int) -> None:
        reported = 0.0
        seen: tuple[FrameType | None, float, float] = (None, 0.0, 0.0)
        while not self._ended.wait(self._interval_s):
            ran, now = self._ran, time.monotonic()
            if now - ran < self._interval_s * 2:
                seen = (None, 0.0, 0.0)
                continue
            inner = sys._current_frames().get(thread)
            call, since, waited = seen
            if (running := _callback(inner)) is None or running is not call:
                seen = (running, now, _waited_s(native))
                continue
            blocked = now - since
            starved = _waited_s(native) - waited > blocked / 2
            if blocked >= self._blocked_s / 2 and now - ran > self._blocked_s and not starved:
                if ran != reported:
                    _log.warning(
                        "the event loop has been blocked for %.1f s, no request is served until "
                        "this call returns: %s; await an async call instead, or use "
                        "asyncio.to_thread",
                        now - ran,
                        _where(inner),
                    )
                reported = ran


def _inside(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of the running callback, innermost first."""
    while frame is not None and not _is_loop(frame):
        yield frame
        frame = frame.f_back


def _is_loop(frame: FrameType) -> bool:
    code = frame.f_code
    return (code.co_filename, code.co_name) in _LOOP or "uvloop" in Path(code.co_filename).parts


def _callback(inner: FrameType | None) -> FrameType | None:
    """Return a frame that lives as long as the running callback; None while the loop waits."""
    outermost = None
    for frame in _inside(inner):
        outermost = frame
    if outermost is None or outermost.f_code.co_filename == selectors.__file__:
        return None
    # The frame of a coroutine is the same in each of its steps; that of the step is not.
    caller = outermost.f_back
    return caller if caller is not None and caller.f_code.co_name == "_run" else outermost


def _waited_s(native: int) -> float:
    """Return how long a thread was ready but had no processor, in seconds; 0 where unknown."""
    try:  # Linux: time on a processor, time waiting for one, number of slices
        return int(Path(f"/proc/self/task/{native}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _where(inner: FrameType | None) -> str:
    """Name the innermost line of the callback that belongs to the app, else the innermost one."""
    frames = list(_inside(inner))
    own = [f for f in frames if not f.f_code.co_filename.startswith((*_LIBRARIES, "<"))]
    found = (own or frames)[0]
    code = found.f_code
    line = linecache.getline(code.co_filename, found.f_lineno).strip()
    return f"{code.co_qualname} in {code.co_filename}, line {found.f_lineno}: {line}"
