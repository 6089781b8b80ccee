"""The interface of the leases on shared pages: at most one process owns a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["Leases"]


class Leases(Protocol):
    """Who owns which shared page.

    Raises:
        StoreUnavailableError: From every method, when the database is unavailable.

    Attributes:
        process: Id of this process.
        lost: Called with the addresses of pages that other processes own from now on.
    """

    process: str
    lost: Callable[[set[str]], None]

    async def claim(self, address: str) -> str:
        """Return the process that owns a page: this one, if none that lives does."""
        ...

    async def release(self, address: str) -> None:
        """Give up a page."""
