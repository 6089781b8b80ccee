"""A scripted model for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable


class ScriptedModel:
    """Streams given tokens, all at once or as many as the test releases.

    Args:
        tokens: The tokens of its answer.
        held: Wait for `release` before each token.

    Attributes:
        said: Tokens that have been streamed, over all calls.
        closed: How many streams were ended before their last token, as by Stop.
    """

    def __init__(self, tokens: Iterable[str], *, held: bool = False) -> None:
        self.said: list[str] = []
        self.closed = 0
        self._tokens = list(tokens)
        self._held = held
        self._permits = asyncio.Semaphore(0)

    def release(self, count: int = 1) -> None:
        """Release `count` more tokens."""
        for _ in range(count):
            self._permits.release()

    async def stream(self) -> AsyncIterator[str]:
        """Yield the tokens."""
        done = False
        try:
            for token in self._tokens:
                if self._held:
                    await self._permits.acquire()
                else:
                    await asyncio.sleep(0)
                self.said.append(token)
                yield token
            done = True
        finally:
            self.closed += not done
