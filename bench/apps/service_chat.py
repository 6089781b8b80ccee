"""The same streaming chat, with its conversations in the database of the settings."""

from collections.abc import AsyncIterator

import reply

from swell.chat import Turn, chat


@chat("/demo", app="bench")
async def answer(turn: Turn) -> AsyncIterator[str]:
    """Answer prompts such as `say 2000 100`."""
    _, numbers = reply.parse(turn.prompt)
    count, rate, *number = numbers
    async for token in reply.paced(reply.tokens(count, *number), rate):
        yield token
