"""A clock that a test can put forward; it is handed to `open_store`."""

from __future__ import annotations

from swell.chat.store.ids import now


class Clock:
    """The time in seconds since the epoch, and `ahead` of it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return now() + self.ahead
