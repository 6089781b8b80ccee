"""A chat whose answers cite every address of the prompt: as picture, source and text."""

from __future__ import annotations

from collections.abc import AsyncIterator

from swell.chat import Turn, Yieldable, chat
from swell.parts import Image, Source


@chat("/", attachments=True)
async def answer(turn: Turn) -> AsyncIterator[Yieldable]:
    """Cite the first word."""
    address = turn.prompt.split()[0]
    if turn.files:
        yield (await turn.files[0].text())[:1000]
    else:
        yield Source(title="Source", url=address) if address.startswith("http") else address
        if address.startswith("https:"):
            yield Image(address, alt="cited")
    turn.as_openai()
    yield "cited"
