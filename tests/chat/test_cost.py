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
from swell.observe import metrics
from swell.observe.instruments import instruments
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


TOKEN = "swell.chat.runs.run.Run.feed"
"""Takes a token from the handler."""

FRAME = "swell.server.pages.WatchedPage.flush"
"""Shows the tokens since the last frame."""


class Calls:
    """Counts calls of some of Swell's functions, and of those below them, while it is open."""

    def __init__(self, *roots: str) -> None:
        self.counted = {root: Counter[str]() for root in roots}
        self._root = ""
        self._depth = 0  # of calls below the root

    def __enter__(self) -> dict[str, Counter[str]]:
        sys.setprofile(self._count)
        return self.counted

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _count(self, frame: FrameType, event: str, _: Any) -> None:
        if event not in ("call", "return"):
            return
        name = f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}"
        if not self._depth:
            if name not in self.counted:
                return
            self._root = name
        self._depth += 1 if event == "call" else -1
        if event == "call" and name.startswith("swell."):
            self.counted[self._root][name] += 1


async def counted(length: int, frames: int = 10, tokens: int = 5) -> dict[str, Counter[str]]:
    """Return the calls for some frames of as many tokens, at the end of `length` words."""
    calls = Calls(TOKEN, FRAME)
    shown = asyncio.Event()

    async def answer(_: Turn) -> AsyncIterator[str]:
        yield "word " * length
        await shown.wait()
        with calls:
            for _frame in range(frames):
                for _token in range(tokens):
                    yield "and "
                await asyncio.sleep(0)  # the tests' pages send in each turn of the loop

    async with chatting(answer) as tab:
        await tab.send("hi", wait=False)
        await tab.says("word")
        shown.set()
        await tab.done()
        assert tab.answer == "word " * length + "and " * frames * tokens
    return calls.counted


async def test_a_token_takes_at_most_8_calls_until_the_frame_that_shows_it() -> None:
    calls = (await counted(10))[TOKEN]
    assert calls[TOKEN] == 50
    assert calls.total() <= 8 * 50 + 10, calls.most_common(50)


async def test_a_frame_takes_at_most_32_calls_for_all_its_tokens() -> None:
    calls = (await counted(10))[FRAME]
    assert calls["swell.live.page.LivePage.commit"] == 10
    assert calls.total() <= 32 * 10, calls.most_common(50)


async def test_a_token_of_a_long_answer_takes_as_many_calls() -> None:
    short, long = await counted(10), await counted(20_000)
    for root in (TOKEN, FRAME):
        assert long[root].total() <= short[root].total() + 10


async def test_a_token_takes_as_many_calls_while_metrics_are_collected() -> None:
    without = await counted(10)
    metrics.turn_on(instruments())
    try:
        collected = await counted(10)
    finally:
        metrics.turn_off()
    for root in (TOKEN, FRAME):
        assert collected[root].total() <= without[root].total() + 1
        assert not [name for name in collected[root] if name.startswith("swell.observe.")]


async def test_a_tab_sets_what_depends_on_its_thread_twice_for_a_prompt_and_its_answer() -> None:
    async def answer(_: Turn) -> str:
        return "Hello, you."

    dress = "swell.chat.page.view.View._dress"
    async with chatting(answer) as tab:
        await tab.send("The first one")
        with Calls(dress) as calls:
            await tab.send("Hi")
        assert tab.answer == "Hello, you."
        assert calls[dress][dress] == 2


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
        # `keep` asks nothing about a stored user; three ask about this process.
        free = ("flush", "keep", "holds", "distributed", "owner")
        assert [call for call in calls if call not in free] == [
            *("accept", "start", "messages", "finish"),
        ]
