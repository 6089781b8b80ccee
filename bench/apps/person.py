"""A chat of the person who owns what `bench.store` has made."""

from collections.abc import AsyncIterator

from swell.chat import Turn, chat

WORD = "done"


@chat("/", identify=lambda _: "anna")
async def answer(_: Turn) -> AsyncIterator[str]:
    """Say one word."""
    yield WORD
