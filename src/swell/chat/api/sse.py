"""Event streams of the endpoints: the form of an event, and comments while idle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

__all__ = ["PING_S", "event", "kept_alive"]

PING_S = 10.0
"""Longest silence of a stream, in seconds; proxies close silent connections, some after 15 s."""

_PING = b": still working\n\n"


def event(value: object) -> bytes:
    """Return one event whose data is a value as JSON."""
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


async def kept_alive(
    events: AsyncGenerator[bytes, None], every_s: float = PING_S
) -> AsyncIterator[bytes]:
    """Yield events as they come, and a comment whenever none came for a while.

    Args:
        events: Closed when this is.
        every_s: Longest silence, in seconds.
    """
    pending = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait((pending,), timeout=every_s)
            if not done:
                yield _PING
                continue
            if (found := pending.result()) is None:
                return
            yield found
            pending = asyncio.ensure_future(anext(events, None))
    finally:
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
        await events.aclose()
