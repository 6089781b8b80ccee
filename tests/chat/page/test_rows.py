"""Rows: messages and their parts, as a page shows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from swell.chat import Reasoning, Source, ToolCall, Turn
from swell.chat.records import Ended
from swell.chat.store import open_store
from swell.models import ReasoningDelta
from swell.testing.chat import chatting
from tests.chat.numbers import Numbers

pytestmark = pytest.mark.anyio


async def test_parts_reasoning_and_tools_are_folded_into_one_answer() -> None:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        yield ReasoningDelta("Let me ")
        yield ReasoningDelta("see.")
        yield "Well, "
        yield ToolCall("search", {"q": "x"}, id="c1")
        yield ToolCall("search", {"q": "x"}, "done", "found", id="c1")
        yield "that "
        yield "is it."
        yield Source("A page")

    async with chatting(answer) as chat:
        await chat.send("Think")
        thought, said, call, more, source = chat.messages[-1]["parts"]
        assert (thought["text"], thought.get("done", True)) == ("Let me see.", True)
        assert (said["text"], more["text"]) == ("Well, ", "that is it.")
        assert (call["state"], call["result"]) == ("done", "found")
        assert source["title"] == "A page"
        stored = await chat.server.app.store.messages(chat.address.removeprefix("t/"))
        assert isinstance(stored[-1].parts[0], Reasoning)


async def test_five_tabs_and_a_reload_see_the_same_answer() -> None:
    answer = Numbers(40)
    async with chatting(answer) as chat:
        await chat.send("Count", wait=False)
        tabs = [chat]
        for _ in range(4):
            answer.model.release(5)
            tabs.append(await chat.tab(address=chat.address))  # type: ignore[arg-type]
        await chat.drop_at("⟦10⟧")
        answer.model.release(20)
        await tabs[1].done()
        await chat.back()
        await chat.done()
        whole = "".join(f"⟦{i}⟧ " for i in range(40))
        assert [tab.texts for tab in tabs] == [["Count", whole]] * 5
        assert answer.calls == 1


async def test_an_end_is_shown_that_was_read_before_it_was_told() -> None:
    store, stored, told = open_store(None, app="test"), asyncio.Event(), asyncio.Event()
    store_end = store.finish

    async def finish(*args: Any, **named: Any) -> Ended | None:
        ended = await store_end(*args, **named)
        stored.set()
        await told.wait()
        return ended

    store.finish = finish  # type: ignore[method-assign]
    async with chatting(Numbers(3, held=False), store=store) as chat:
        await chat.send("Hello", wait=False)
        await stored.wait()
        await chat.page.event("threads", "search", {"query": ""})  # the page reads it all again
        told.set()
        await chat.done()
        assert (chat.answer, chat.status) == ("⟦0⟧ ⟦1⟧ ⟦2⟧ ", "done")
