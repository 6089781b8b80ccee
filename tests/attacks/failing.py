"""A chat whose handler raises the prompt as an error, served alone or in FastAPI."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import FastAPI

from swell import main
from swell.chat import Turn, chat

server = FastAPI(lifespan=main.lifespan)
server.mount("/chat", main)


@chat("/")
async def answer(turn: Turn) -> AsyncIterator[str]:
    """Fail, with the prompt in the exception, its cause and a note."""
    yield "So far"
    try:
        raise KeyError(turn.prompt)
    except KeyError as cause:
        cause.add_note(turn.prompt)
        raise ValueError(f"no such thing: {turn.prompt}") from cause
