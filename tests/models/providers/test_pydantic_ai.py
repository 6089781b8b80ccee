"""Real agents of `pydantic-ai`, with its own models for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_ai import Agent, ModelRetry
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.function import (
    AgentInfo,
    DeltaThinkingCalls,
    DeltaThinkingPart,
    DeltaToolCall,
    DeltaToolCalls,
    FunctionModel,
)
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.models.test import TestModel as ScriptedAgentModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from swell.chat import Turn
from swell.models import Delta, Reader, failure_of
from swell.testing.chat import chatting
from tests.models.folded import Folded, fold
from tests.models.test_answers import HALF, message, responses
from tests.models.upstream import Reply, chat_chunk, upstream

pytestmark = pytest.mark.anyio


async def said(
    messages: list[ModelMessage], _: AgentInfo
) -> AsyncIterator[str | DeltaToolCalls | DeltaThinkingCalls]:
    if len(messages) == 1:
        yield {0: DeltaThinkingPart(content="Hm, ")}
        yield {0: DeltaThinkingPart(content="Rome.")}
        yield {1: DeltaToolCall(name="weather", json_args='{"city":', tool_call_id="a")}
        yield {1: DeltaToolCall(json_args='"Rome"}', tool_call_id="a")}
    else:
        yield "It is "
        yield "warm."


def agent() -> Agent[None, str]:
    made = Agent(FunctionModel(stream_function=said))

    @made.tool_plain
    def weather(city: str) -> dict[str, int]:
        if city != "Rome":
            raise ModelRetry("no such city")
        return {"celsius": 31}

    return made


CALL = {"a": ("weather", {"city": "Rome"}, "done", {"celsius": 31})}


async def events() -> Folded:
    reader, found = Reader(), list[Delta]()
    async with agent().run_stream_events("How warm is it?") as stream:
        async for event in stream:
            found += reader.read(event)
    return fold(found)


async def test_the_events_of_a_run() -> None:
    answer = await events()
    assert (answer.reasoning, answer.text) == ("Hm, Rome.", "It is warm.")
    assert answer.calls == CALL
    assert answer.usage[0] > 0
    assert answer.usage[1] > 0


async def test_the_events_of_nodes_and_the_nodes_themselves() -> None:
    reader, found = Reader(), list[Delta]()
    async with agent().iter("How warm is it?") as run:
        async for node in run:
            if Agent.is_model_request_node(node) or Agent.is_call_tools_node(node):
                async with node.stream(run.ctx) as stream:
                    async for event in stream:
                        found += reader.read(event)
            found += reader.read(node)
    answer = fold(found)
    assert (answer.reasoning, answer.text) == ("Hm, Rome.", "It is warm.")
    assert answer.calls == CALL


async def test_nodes_alone() -> None:
    made = Agent(ScriptedAgentModel(custom_output_text="Warm."))

    @made.tool_plain
    def weather(city: str) -> str:
        return f"31 in {city}"

    reader, found = Reader(), list[Delta]()
    async with made.iter("How warm is it?") as run:
        async for node in run:
            found += reader.read(node)
    answer = fold(found)
    assert answer.text == "Warm."
    [(name, args, state, result)] = answer.calls.values()
    assert (name, args, state, result) == ("weather", {"city": "a"}, "done", "31 in a")
    assert answer.usage > (0, 0)


async def test_the_texts_of_run_stream() -> None:
    reader, found = Reader(), list[Delta]()
    async with Agent(ScriptedAgentModel(custom_output_text="It is warm.")).run_stream("?") as run:
        async for text in run.stream_text(delta=True, debounce_by=None):
            found += reader.read(text)
    assert fold(found).text == "It is warm."


def call(name: str, args: str, id: str) -> DeltaToolCall:
    return DeltaToolCall(name=name, json_args=args, tool_call_id=id)


async def test_a_tool_that_asks_for_another_try_has_failed() -> None:
    async def stubborn(messages: list[ModelMessage], _: AgentInfo) -> AsyncIterator[DeltaToolCalls]:
        city = "Rom" if len(messages) == 1 else "Rome"
        if len(messages) < 5:
            yield {0: call("weather", f'{{"city": "{city}"}}', f"c{len(messages)}")}
        else:
            yield {0: call("final_result", '{"celsius": 31}', "f")}

    class Weather(BaseModel):
        celsius: int

    made = Agent(FunctionModel(stream_function=stubborn), output_type=Weather)

    @made.tool_plain
    def weather(city: str) -> int:
        if city != "Rome":
            raise ModelRetry("no such city")
        return 31

    reader, found = Reader(), list[Delta]()
    async with made.run_stream_events("How warm is it?") as stream:
        async for event in stream:
            found += reader.read(event)
    answer = fold(found)
    assert [call[2:] for call in answer.calls.values()][:2] == [
        ("failed", "no such city"),
        ("done", 31),
    ]
    assert answer.calls["f"][2] == "done"
    assert '"celsius": 31' in answer.text


def test_its_errors_are_understood() -> None:
    failure = failure_of(ModelHTTPError(429, "m", {"message": "slow down"}))
    assert failure is not None
    assert failure.code == "rate_limited"


def agent_of(model: object, url: str) -> Agent[None, str]:
    if model == "chat":
        provider = OpenAIProvider(base_url=f"{url}/v1", api_key="k")
        return Agent(OpenAIChatModel("m", provider=provider))
    if model == "responses":
        provider = OpenAIProvider(base_url=f"{url}/v1", api_key="k")
        return Agent(OpenAIResponsesModel("m", provider=provider))
    return Agent(AnthropicModel("m", provider=AnthropicProvider(base_url=url, api_key="k")))


STREAMS: list[tuple[str, list[Any], list[Any]]] = [
    ("chat", HALF, [*HALF, chat_chunk(finish="stop"), "[DONE]"]),
    ("responses", responses(None), responses("completed")),
    ("messages", message(None), message("end_turn")),
]


@pytest.mark.parametrize(("model", "cut", "whole"), STREAMS, ids=[name for name, *_ in STREAMS])
async def test_a_stream_that_its_provider_closed_early_has_failed(
    model: str, cut: list[Any], whole: list[Any]
) -> None:
    rows = []
    for events in (cut, whole):
        async with upstream(Reply(events)) as server:

            async def answer(turn: Turn, url: str = server.url) -> AsyncIterator[object]:
                async with agent_of(model, url).run_stream_events(turn.prompt) as stream:
                    async for event in stream:
                        yield event

            async with chatting(answer) as chat:
                await chat.send("Hi")
                rows.append(chat.messages[-1])
    assert [(row["content"], row["status"], row["error_code"]) for row in rows] == [
        ("Half", "failed", "connection"),
        ("Half", "done", None),
    ]
