"""What a token and a prompt of `@chat` cost, in calls: a count, no time."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from types import FrameType
from typing import Any

import pytest

from swell.chat import Turn
from swell.chat.store import open_store
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


ROOTS = ("swell.chat.runs.run.Run.feed", "swell.chat.page.rows.Rows._pass_on")
"""What takes a token from the handler, and what shows it."""


class Calls:
    """Counts calls of Swell's functions between a token's yield and its save, while it is open."""

    def __init__(self) -> None:
        self.counted = Counter[str]()
        self._depth = 0  # of calls below a root

    def __enter__(self) -> Counter[str]:
        sys.setprofile(self._count)
        return self.counted

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _count(self, frame: FrameType, event: str, _: Any) -> None:
        if event not in ("call", "return"):
            return
        name = f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}"
        if not self._depth and not name.startswith(ROOTS):
            return
        self._depth += 1 if event == "call" else -1
        if event == "call" and name.startswith("swell."):
            self.counted[name] += 1


async def counted(length: int, tokens: int = 50) -> Counter[str]:
    """Return the calls for some tokens of an answer of `length` words, from yield to saved."""
    calls = Counter[str]()
    shown = asyncio.Event()

    async def answer(_: Turn) -> AsyncIterator[str]:
        yield "word " * length
        await shown.wait()
        with Calls() as found:
            for _token in range(tokens):
                yield "and "
                await asyncio.sleep(0)  # one token for each turn of the loop
        calls.update(found)

    async with chatting(answer) as tab:
        await tab.send("hi", wait=False)
        await tab.says("word")
        shown.set()
        await tab.done()
        assert tab.answer == "word " * length + "and " * tokens
    return calls


async def test_a_token_takes_at_most_35_calls_from_the_yield_to_what_is_saved() -> None:
    calls = await counted(10)
    assert calls["swell.live.page.LivePage.commit"] == 50
    assert calls.total() <= 35 * 50, calls.most_common(50)


async def test_a_token_of_a_long_answer_takes_as_many_calls() -> None:
    assert (await counted(20_000)).total() <= (await counted(10)).total() + 10


class CountedStore:
    """A store that notes the names of the methods that are called."""

    def __init__(self, store: Any, calls: list[str]) -> None:
        self._store, self._calls = store, calls

    def of_app(self, app: str) -> CountedStore:
        """Return the same for an app."""
        return CountedStore(self._store.of_app(app), self._calls)

    def __getattr__(self, name: str) -> Any:
        self._calls.append(name)
        return getattr(self._store, name)


@pytest.mark.parametrize("tabs", [1, 3])
async def test_a_prompt_takes_four_calls_of_the_store_and_its_flushes_in_any_number_of_tabs(
    tabs: int,
) -> None:
    async def answer(_: Turn) -> AsyncIterator[str]:
        yield "Hello, "
        await asyncio.sleep(0)
        yield "you."

    calls: list[str] = []
    store: Any = CountedStore(open_store(None, app="test"), calls)
    async with chatting(answer, store=store) as chat:
        await chat.send("The first one")
        others = [await chat.tab(address=chat.address) for _ in range(tabs - 1)]
        calls.clear()
        await chat.send("Hi")
        for tab in others:
            await tab.says("Hello, you.")
            await tab.done()
        assert [len(tab.messages) for tab in (chat, *others)] == [4] * tabs
        free = ("flush", "keep")  # `keep` asks nothing about somebody who is stored
        assert [call for call in calls if call not in free] == [
            *("accept", "start", "messages", "finish"),
        ]
