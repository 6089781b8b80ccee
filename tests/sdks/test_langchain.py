"""A real graph of `langgraph` over a real model of `langchain`, in every mode it streams in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from swell.chat import Turn
from swell.models import Delta, Reader, failure_of
from swell.testing.chat import chatting
from tests.models.folded import Folded, fold
from tests.models.upstream import Reply, Upstream, chat_stream, tool_call, upstream

pytestmark = pytest.mark.anyio

ASK = {"messages": [("user", "Hello"), ("ai", "Hi!"), ("user", "How warm is it?")]}


@tool
def weather(city: str) -> dict[str, int]:
    """Tell how warm a city is."""
    if city != "Rome":
        raise ValueError("no such city")
    return {"celsius": 31}


def replies(city: str = "Rome") -> list[Reply]:
    begin = tool_call(0, '{"city":', id="a", name="weather")
    call = chat_stream("Let me see. ", begin, tool_call(0, f' "{city}"}}'), finish="tool_calls")
    return [Reply(call), Reply(chat_stream("It is ", "warm."))]


def chat_model(server: Upstream) -> ChatOpenAI:
    return ChatOpenAI(
        model="m",
        base_url=f"{server.url}/v1",
        api_key="key",  # type: ignore[arg-type]
        streaming=True,
        stream_usage=True,
        max_retries=0,
    )


def graph(server: Upstream) -> Any:
    model = chat_model(server).bind_tools([weather])

    async def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    def after(state: MessagesState) -> str:
        return "tools" if getattr(state["messages"][-1], "tool_calls", None) else END

    builder = StateGraph(MessagesState)
    builder.add_node("model", answer)
    builder.add_node("tools", ToolNode([weather], handle_tool_errors=True))
    builder.add_edge(START, "model")
    builder.add_conditional_edges("model", after)
    builder.add_edge("tools", "model")
    return builder.compile()


def check(answer: Folded) -> None:
    assert answer.text == "Let me see. It is warm."
    assert answer.calls == {"a": ("weather", {"city": "Rome"}, "done", {"celsius": 31})}
    assert answer.usage == (14, 6)


@pytest.mark.parametrize(
    "how",
    [
        {"stream_mode": "messages"},
        {"stream_mode": "updates"},
        {"stream_mode": "values"},
        {"stream_mode": ["messages", "updates"]},
        {"stream_mode": ["messages", "values", "updates"], "subgraphs": True},
        {"stream_mode": "messages", "subgraphs": True},
        {"stream_mode": "updates", "subgraphs": True},
        {"stream_mode": ["messages", "updates"], "version": "v2"},
    ],
    ids=str,
)
async def test_every_mode_of_a_graph_says_everything_once(how: dict[str, Any]) -> None:
    reader, found = Reader(), list[Delta]()
    async with upstream(*replies()) as server:
        async for chunk in graph(server).astream(ASK, **how):
            found += reader.read(chunk)
    check(fold(found))


MODES: list[Any] = [
    "messages",
    "updates",
    "values",
    ["messages", "updates"],
    ["messages", "values", "updates", "custom", "debug"],
]


@pytest.mark.parametrize("subgraphs", [False, True])
@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("mode", MODES, ids=str)
async def test_a_person_sees_text_and_tool_of_a_graph_once(
    mode: Any, version: str, subgraphs: bool
) -> None:
    async with upstream(*replies()) as server:

        async def answer(turn: Turn) -> AsyncIterator[object]:
            messages = {"messages": turn.as_openai("Be brief.")}
            async for chunk in graph(server).astream(
                messages, stream_mode=mode, version=version, subgraphs=subgraphs
            ):
                yield chunk

        async with chatting(answer) as chat:
            await chat.send("How warm is it?")
            row = chat.messages[-1]
            asked = server.requests[0].body["messages"]
    assert (row["status"], row["error"]) == ("done", None)
    before, step = row["parts"]
    assert (before["text"], row["content"]) == ("Let me see. ", "It is warm.")
    assert (step["type"], step["name"], step["state"]) == ("tool_call", "weather", "done")
    assert (step["args"], step["result"]) == ({"city": "Rome"}, {"celsius": 31})
    assert [(one["role"], one["content"]) for one in asked] == [
        ("system", "Be brief."),
        ("user", "How warm is it?"),
    ]


async def test_the_events_of_a_graph() -> None:
    reader, found = Reader(), list[Delta]()
    async with upstream(*replies()) as server:
        async for event in graph(server).astream_events(ASK, version="v2"):
            found += reader.read(event)
    check(fold(found))


async def test_a_tool_that_fails() -> None:
    reader, found = Reader(), list[Delta]()
    async with upstream(*replies("Rom")) as server:
        async for chunk in graph(server).astream(ASK, stream_mode="messages"):
            found += reader.read(chunk)
    assert fold(found).calls["a"][2] == "failed"


async def test_the_chunks_of_a_model_and_a_whole_message() -> None:
    reader, found = Reader(), list[Delta]()
    async with upstream(*replies()) as server:
        async for chunk in chat_model(server).astream("How warm is it?"):
            found += reader.read(chunk)
        whole = Reader().read(await chat_model(server).ainvoke("How warm is it?"))
    answer = fold(found)
    assert answer.text == "Let me see. "
    assert answer.calls == {"a": ("weather", {"city": "Rome"}, "running", None)}
    assert (fold(whole).text, fold(whole).usage) == ("It is warm.", (7, 3))


async def test_a_tool_that_no_model_has_called() -> None:
    found = list[Delta]()
    reader = Reader()
    async for event in weather.astream_events({"city": "Rome"}, version="v2"):
        found += reader.read(event)
    [call] = fold(found).calls.values()
    assert call == ("weather", {"city": "Rome"}, "done", {"celsius": 31})


async def test_errors() -> None:
    async with upstream(Reply(json={"error": {"message": "no"}}, status=429)) as server:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - the class is openai's
            await graph(server).ainvoke(ASK)
    failure = failure_of(caught.value)
    assert failure is not None
    assert failure.code == "rate_limited"
