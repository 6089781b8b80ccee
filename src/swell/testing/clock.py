"""A clock that tests move, so that timeouts expire without waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["MovingClock", "moving_clock"]


class MovingClock:
    """The clocks of this process, ahead of the real ones by the time that a test has added."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def move(self, seconds: float) -> None:
        """Advance the clock; timers due by then fire."""
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
