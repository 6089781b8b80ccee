"""A handler whose words the test releases, and counts."""

from __future__ import annotations

from collections.abc import AsyncIterator

from swell.chat import Turn
from swell.testing import ScriptedModel


class Numbers:
    """A handler that says numbered words, held back until the test releases them."""

    def __init__(self, count: int = 5, *, held: bool = True) -> None:
        self.model = ScriptedModel([f"⟦{i}⟧ " for i in range(count)], held=held)
        self.calls = 0
        self.cleaned = 0

    async def __call__(self, turn: Turn) -> AsyncIterator[str]:
        self.calls += 1
        try:
            async for word in self.model.stream():
                yield word
        finally:
            self.cleaned += 1
