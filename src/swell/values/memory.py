"""Shared values in the memory of a service that is one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from swell.errors import LimitError

from .base import NAMES_MAX, Kept

__all__ = ["MemoryKeeper"]


class _Row(NamedTuple):
    kept: Kept
    expires: float | None


class MemoryKeeper:
    """Keeps values until the process exits.

    Args:
        clock: Returns seconds since the epoch; a test gives its own.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._rows: dict[tuple[str, str], _Row] = {}
        self._version = 0

    async def get(self, app: str, name: str) -> Kept | None:
        """Return a value."""
        row = self._rows.get((app, name))
        if row is None or (row.expires is not None and row.expires <= self._clock()):
            return None
        return row.kept

    async def put(
        self,
        app: str,
        name: str,
        value: str,
        expires_s: float | None = None,
        expected: int | None = None,
    ) -> int | None:
        """Store a value, and return its version."""
        before = await self.get(app, name)
        if expected is not None and expected != (before.version if before is not None else 0):
            return None
        if (app, name) not in self._rows:
            self._make_room(app)
        self._version = max(self._version + 1, int(self._clock() * 1e6))
        expires = None if expires_s is None else self._clock() + expires_s
        self._rows[app, name] = _Row(Kept(value, self._version), expires)
        return self._version

    async def delete(self, app: str, name: str) -> None:
        """Remove a value."""
        self._rows.pop((app, name), None)

    def _make_room(self, app: str) -> None:
        now = self._clock()
        own = [key for key in self._rows if key[0] == app]
        if len(own) < NAMES_MAX:
            return
        over = [
            key
            for key in own
            if (expires := self._rows[key].expires) is not None and expires <= now
        ]
        if not over:
            raise LimitError("the shared values of the app", f"{NAMES_MAX:,} names")
        for key in over:
            del self._rows[key]
