"""The chat whose runs are counted: each takes a while, and says how many there are at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from swell.chat import Turn, chat

running = 0


@chat("/")
async def answer(_turn: Turn) -> AsyncIterator[str]:
    """Answer with the number of running handlers, slowly."""
    global running  # what is counted is the process's
    running += 1
    print(f"{running} at once", flush=True)
    try:
        yield f"{running} at once"
        await asyncio.sleep(2)
    finally:
        running -= 1
