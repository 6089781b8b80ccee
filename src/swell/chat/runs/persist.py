"""Persist: what a run has to store is stored, however long the store is away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from swell.backoff import Backoff
from swell.errors import StoreUnavailableError
from swell.logs import logger

__all__ = ["persist"]

_log = logger("swell.chat")

T = TypeVar("T")


async def persist(call: Callable[[], Awaitable[T]]) -> T:
    """Call the store until it is available, and return the result."""
    backoff = Backoff()
    while True:
        try:
            return await call()
        except StoreUnavailableError as error:
            _log.warning("the store is unavailable, retrying in %g s: %s", backoff.pause_s, error)
        await backoff.wait()
