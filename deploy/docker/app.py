"""The app of the Dockerfile; put yours in its place."""

from collections.abc import AsyncIterator

from swell.chat import Turn, chat


@chat("/", app="chat")
async def answer(turn: Turn) -> AsyncIterator[str]:
    """Answer a prompt."""
    yield f"You said: {turn.prompt}"
