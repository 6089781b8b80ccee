"""Progress: a step shows how far a tool is while it runs."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from swell.chat import Turn, progress
from swell.chat.tools import tool
from swell.models import ToolCallDelta
from swell.parts import ToolCall
from swell.testing.chat import chatting
from tests.models.conftest import local_only
from tests.models.upstream import upstream

from .test_tools import WARM, ask, called, calling

__all__ = ["local_only"]

pytestmark = pytest.mark.anyio


def test_a_state_that_is_given_stays() -> None:
    assert ToolCall("read", state="running", result="3/6").state == "running"
    assert ToolCall("read", result="6/6").state == "done"
    assert ToolCall("read").state == "running"


@pytest.mark.parametrize("kind", [ToolCall, ToolCallDelta, dict])
async def test_progress_is_shown_while_a_call_runs(kind: Any) -> None:
    async def answer(turn: Turn) -> AsyncIterator[Any]:
        for done in ("3/6", "6/6"):
            state: Any = "running" if done == "3/6" else "done"
            if kind is ToolCall:
                yield ToolCall("read", state=state, result=done, id="a")
            elif kind is ToolCallDelta:
                yield ToolCallDelta("a", "read", state=state, result=done)
            else:
                fields = {"name": "read", "state": state, "result": done, "id": "a"}
                yield {"type": "tool_call", **fields}
            if done == "3/6":
                await turn.confirm("Go on?")

    async with chatting(answer) as chat:
        await chat.send("Go", wait=False)
        await chat.asked()
        call = chat.messages[-1]["parts"][0]
        assert (call["state"], call["result"]) == ("running", "3/6")
        await chat.confirm()
        await chat.done()
        call = chat.messages[-1]["parts"][0]
        assert (call["state"], call["result"]) == ("done", "6/6")


async def test_tools_show_their_progress_from_the_loop_and_from_threads() -> None:
    @tool
    async def read() -> str:
        progress("1 of 2")
        progress({"pages": 2})
        return "read"

    @tool
    def count() -> int:
        thread = threading.Thread(target=progress, args=("unseen",))  # without the tool's context
        thread.start()
        thread.join()
        progress("half")
        return 2

    calls = [called("{}", "a", "read"), called("{}", "b", "count", 1)]
    async with upstream(calling(*calls), WARM) as server:
        _, steps = await ask(server, read, count)
        told = [m["content"] for m in server.requests[-1].body["messages"][-2:]]
    assert told == ["read", "2"]
    shown = {
        id: [(s.state, s.result) for s in steps if isinstance(s, ToolCallDelta) and s.id == id]
        for id in "ab"
    }
    assert shown["a"][1:] == [("running", "1 of 2"), ("running", {"pages": 2}), ("done", "read")]
    assert shown["b"][1:] == [("running", "half"), ("done", 2)]


def test_outside_of_a_tool_it_does_nothing() -> None:
    progress("3/6")
