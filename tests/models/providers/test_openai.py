"""The `openai` package's own client, its streams read by us."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from swell.models import Delta, Reader, parts_of
from tests.models.folded import fold
from tests.models.upstream import Reply, Upstream, chat_stream, tool_call, upstream

pytestmark = pytest.mark.anyio

ASK: list[ChatCompletionMessageParam] = [{"role": "user", "content": "How warm is it?"}]


def client(server: Upstream) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="key", max_retries=0)


async def chat(server: Upstream) -> list[Delta]:
    reader, found = Reader(), list[Delta]()
    async with client(server) as api:
        async for chunk in await api.chat.completions.create(
            model="m", messages=ASK, stream=True, stream_options={"include_usage": True}
        ):
            found += reader.read(chunk)
    return found


async def helper(server: Upstream) -> AsyncIterator[Any]:
    async with (
        client(server) as api,
        api.chat.completions.stream(model="m", messages=ASK) as stream,
    ):
        async for event in stream:
            yield event


async def test_text_and_usage_of_chat_completions() -> None:
    async with upstream(Reply(chat_stream("It is ", "warm."))) as server:
        answer = fold(await chat(server))
    assert (answer.text, answer.usage) == ("It is warm.", (7, 3))
    assert server.requests[0].body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_reasoning_as_other_servers_send_it_through_this_client(name: str) -> None:
    async with upstream(Reply(chat_stream({name: "Hm, "}, {name: "summer."}, "Warm."))) as server:
        answer = fold(await chat(server))
    assert (answer.reasoning, answer.text) == ("Hm, summer.", "Warm.")


async def test_a_tool_call_is_shown_at_once_and_its_arguments_when_they_are_whole() -> None:
    pieces = [
        tool_call(0, "", id="a", name="weather"),
        tool_call(0, '{"in": {"city":'),
        tool_call(0, ' "Rome"}'),
        tool_call(0, "}"),
        tool_call(1, '{"of": "{}"}', id="b", name="time"),
    ]
    async with upstream(Reply(chat_stream(*pieces, finish="tool_calls"))) as server:
        deltas = await chat(server)
    assert fold(deltas).calls == {
        "a": ("weather", {"in": {"city": "Rome"}}, "running", None),
        "b": ("time", {"of": "{}"}, "running", None),
    }
    assert len(deltas) == 6  # a begins, is incomplete, is whole; b; the end; the usage


async def test_the_events_of_the_streaming_helper_say_everything_once() -> None:
    call = tool_call(0, '{"city": "Rome"}', id="a", name="weather")
    reader, found = Reader(), list[Delta]()
    async with upstream(Reply(chat_stream("Warm", call, "."))) as server:
        async for event in helper(server):
            found += reader.read(event)
    answer = fold(found)
    assert (answer.text, list(answer.calls)) == ("Warm.", ["a"])


async def test_only_the_texts_of_the_streaming_helper_passed_on() -> None:
    reader, found = Reader(), list[Delta]()
    async with upstream(Reply(chat_stream("Warm", "."))) as server:
        async for event in helper(server):
            if event.type == "content.delta":
                found += reader.read(event)
    assert fold(found).text == "Warm."


async def test_a_whole_completion() -> None:
    body = {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Warm."},
            }
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }
    async with upstream(Reply(json=body)) as server, client(server) as api:
        completion = await api.chat.completions.create(model="m", messages=ASK)
    answer = fold(parts_of(completion))
    assert (answer.text, answer.usage) == ("Warm.", (7, 3))


# ------------------------------------------------------------------------------ responses


def response(status: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": status,
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "error": None,
    } | more


def responses_stream(*events: dict[str, Any], end: dict[str, Any]) -> list[Any]:
    begin = {"type": "response.created", "response": response("in_progress")}
    numbered = enumerate([begin, *events, end])
    return [(event["type"], {"sequence_number": n, **event}) for n, event in numbered]


USAGE = {
    "input_tokens": 7,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 3,
    "output_tokens_details": {"reasoning_tokens": 1},
    "total_tokens": 10,
}
COMPLETED = {"type": "response.completed", "response": response("completed", usage=USAGE)}


async def respond(server: Upstream) -> list[Delta]:
    reader, found = Reader(), list[Delta]()
    async with client(server) as api:
        async for event in await api.responses.create(model="m", input="Hi", stream=True):
            found += reader.read(event)
    return found


def text_event(kind: str, said: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "item_id": "i", "output_index": 0, "delta": said} | more


async def test_text_reasoning_and_usage_of_responses() -> None:
    part = {"item_id": "r", "output_index": 0, "part": {"type": "summary_text", "text": ""}}
    added = {"type": "response.reasoning_summary_part.added", **part}
    thought = "response.reasoning_summary_text.delta"
    said = "response.output_text.delta"
    events = [
        {**added, "summary_index": 0},
        text_event(thought, "Summer.", summary_index=0),
        {**added, "summary_index": 1},
        text_event(thought, "Rome.", summary_index=1),
        text_event(said, "It is ", content_index=0, logprobs=[]),
        text_event(said, "warm.", content_index=0, logprobs=[]),
        {**text_event("response.output_text.done", ""), "text": "It is warm.", "content_index": 0},
    ]
    async with upstream(Reply(responses_stream(*events, end=COMPLETED))) as server:
        answer = fold(await respond(server))
    assert (answer.reasoning, answer.text) == ("Summer.\n\nRome.", "It is warm.")
    assert answer.usage == (7, 3)


async def test_tools_of_the_app_and_of_the_provider_in_responses() -> None:
    own = {"type": "function_call", "id": "f", "call_id": "a", "name": "weather"}
    search = {"type": "web_search_call", "id": "w"}
    action = {"type": "search", "query": "Rome"}

    def item(kind: str, item: dict[str, Any]) -> dict[str, Any]:
        return {"type": f"response.output_item.{kind}", "output_index": 0, "item": item}

    piece = text_event("response.function_call_arguments.delta", '{"city": "Rome"}')
    events = [
        item("added", {**own, "arguments": "", "status": "in_progress"}),
        piece,
        item("done", {**own, "arguments": '{"city": "Rome"}', "status": "completed"}),
        item("added", {**search, "status": "in_progress", "action": action}),
        item("done", {**search, "status": "completed", "action": action}),
    ]
    async with upstream(Reply(responses_stream(*events, end=COMPLETED))) as server:
        calls = fold(await respond(server)).calls
    assert calls["a"] == ("weather", {"city": "Rome"}, "running", None)
    name, args, state, _ = calls["w"]
    assert (name, state) == ("web_search", "done")
    assert isinstance(args, dict)
    assert args["query"] == "Rome"


async def test_a_response_that_fails_says_so_without_the_providers_words() -> None:
    error = {"code": "rate_limit_exceeded", "message": "org-123 is over its limit"}
    end = {"type": "response.failed", "response": response("failed", error=error)}
    async with upstream(Reply(responses_stream(end=end))) as server:
        deltas = await respond(server)
    assert fold(deltas).failures == ["rate_limited"]
    assert "org-123" not in str(deltas)


async def test_a_whole_response() -> None:
    message = {
        "type": "message",
        "id": "m",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "Warm.", "annotations": []}],
    }
    body = response("completed", usage=USAGE, output=[message])
    async with upstream(Reply(json=body)) as server, client(server) as api:
        answer = fold(parts_of(await api.responses.create(model="m", input="Hi")))
    assert (answer.text, answer.usage) == ("Warm.", (7, 3))
