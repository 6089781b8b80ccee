"""Backoff: growing pauses between attempts at the same thing."""

from __future__ import annotations

import asyncio

__all__ = ["Backoff"]


class Backoff:
    """Pauses that double.

    Args:
        first_s: The first pause, in seconds.
        longest_s: The longest, in seconds.

    Attributes:
        pause_s: The next pause, in seconds.
        waited: Whether a pause is over.
    """

    def __init__(self, first_s: float = 0.1, longest_s: float = 5.0) -> None:
        self.pause_s = first_s
        self.waited = False
        self._longest_s = longest_s

    async def wait(self) -> None:
        """Wait for the next pause, after which they are twice as long."""
        await asyncio.sleep(self.pause_s)
        self.pause_s = min(2 * self.pause_s, self._longest_s)
        self.waited = True
