"""The chat that is attacked: it says each prompt back, word by word."""

from __future__ import annotations

from collections.abc import AsyncIterator

from swell.chat import Turn, chat


@chat("/")
async def answer(turn: Turn) -> AsyncIterator[str]:
    """Say the prompt back."""
    for word in turn.prompt.split():
        yield f"{word} "
