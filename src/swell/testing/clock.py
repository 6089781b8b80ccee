"""A clock that tests move: timeouts end without anybody waiting for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["MovingClock", "moving_clock"]


class MovingClock:
    """The clocks of this process, ahead of the real ones by what a test has moved them."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def move(self, seconds: float) -> None:
        """Let so much time pass at once; what waits for a time in it goes on."""
        if seconds < 0:
            raise ValueError(f"a clock only goes forward, got {seconds} s")
        self.ahead_s += seconds


@contextmanager
def moving_clock() -> Iterator[MovingClock]:
    """Move `time.time` and `time.monotonic`, and with them asyncio's timers, while the block runs.

    Example:
        >>> import time
        >>> with moving_clock() as clock:
        ...     before = time.monotonic()
        ...     clock.move(600)
        ...     time.monotonic() - before >= 600
        True
    """
    clock = MovingClock()
    wall, monotonic = time.time, time.monotonic
    time.time = lambda: wall() + clock.ahead_s
    time.monotonic = lambda: monotonic() + clock.ahead_s
    try:
        yield clock
    finally:
        time.time, time.monotonic = wall, monotonic
