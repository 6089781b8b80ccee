"""The chat of the soak: each token says whose it is, and which one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from swell.chat import RunLimits, Turn, Yieldable, chat

from .story import answer as answer_of

LIMITS = RunLimits(prompts_per_minute=0, prompts_per_minute_per_address=0, per_user=10)


@chat("/", attachments=True, limits=LIMITS)
async def answer(turn: Turn) -> AsyncIterator[Yieldable]:
    """Answer a prompt of `story.prompt` with what belongs to it, for whom it is."""
    for file in turn.files:
        yield await file.text()
    for token in answer_of(turn.user.subject, turn.prompt):
        yield token
        await asyncio.sleep(0.01)
