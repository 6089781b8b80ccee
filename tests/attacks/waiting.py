"""A chat whose answers never end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from swell.chat import Turn, chat


@chat("/")
async def answer(turn: Turn) -> AsyncIterator[str]:
    """Begin, and wait."""
    yield "Begun"
    await asyncio.Event().wait()
