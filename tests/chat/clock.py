"""A clock that a test can put forward; it is handed to `open_store`."""

from __future__ import annotations

import time


class Clock:
    """The time in seconds since the epoch, and `ahead` of it; later at each call."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._last = 0.0

    def __call__(self) -> float:
        self._last = max(time.time() + self.ahead, self._last + 1e-6)
        return self._last
