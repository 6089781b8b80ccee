"""The time of sign-ins: that of the database, since the clocks of machines differ."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Double, literal_column, select

from swell.chat.store.engines.base import Tx

__all__ = ["Clock"]

_NOW = select(literal_column("extract(epoch FROM clock_timestamp())::float8", Double))


class Clock:
    """Returns the time in a transaction.

    Args:
        local: The time of this machine, which is SQLite's; a test gives its own.
    """

    def __init__(self, local: Callable[[], float] = time.time) -> None:
        self._local = local

    def now(self, tx: Tx) -> float:
        """Return the time in seconds since the epoch."""
        if tx.dialect == "sqlite":
            return self._local()
        row = tx.row(_NOW)
        assert row is not None, "it is one row"
        return float(row[0])
