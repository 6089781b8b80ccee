"""The `anthropic` package's own client, its streams read by us."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest
from anthropic.types import MessageParam

from swell.models import Delta, Reader, parts_of
from tests.models.folded import Folded, fold
from tests.models.upstream import Reply, Upstream, message_stream, upstream

pytestmark = pytest.mark.anyio

ASK: list[MessageParam] = [{"role": "user", "content": "How warm is it?"}]

Block = tuple[dict[str, Any], list[dict[str, Any]]]

THOUGHT: Block = (
    {"type": "thinking", "thinking": "", "signature": ""},
    [
        {"type": "thinking_delta", "thinking": "Hm, "},
        {"type": "thinking_delta", "thinking": "summer."},
        {"type": "signature_delta", "signature": "c2ln"},
    ],
)
TEXT: Block = (
    {"type": "text", "text": ""},
    [{"type": "text_delta", "text": "It is "}, {"type": "text_delta", "text": "warm."}],
)
CALL: Block = (
    {"type": "tool_use", "id": "a", "name": "weather", "input": {}},
    [
        {"type": "input_json_delta", "partial_json": '{"city":'},
        {"type": "input_json_delta", "partial_json": ' "Rome"}'},
    ],
)


def client(server: Upstream) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(base_url=server.url, api_key="key", max_retries=0)


async def create(server: Upstream) -> list[Delta]:
    reader, found = Reader(), list[Delta]()
    async with client(server) as api:
        stream = await api.messages.create(model="m", max_tokens=9, messages=ASK, stream=True)
        async for event in stream:
            found += reader.read(event)
    return found


async def helper(server: Upstream, *kinds: str) -> Folded:
    reader, found = Reader(), list[Delta]()
    async with (
        client(server) as api,
        api.messages.stream(model="m", max_tokens=9, messages=ASK) as stream,
    ):
        async for event in stream:
            if not kinds or event.type in kinds:
                found += reader.read(event)
    return fold(found)


async def test_text_reasoning_tool_calls_and_usage_of_the_raw_events() -> None:
    async with upstream(Reply(message_stream(THOUGHT, TEXT, CALL))) as server:
        answer = fold(await create(server))
    assert (answer.reasoning, answer.text) == ("Hm, summer.", "It is warm.")
    assert answer.calls == {"a": ("weather", {"city": "Rome"}, "running", None)}
    assert answer.usage == (12, 9)  # what came from the cache was read too


async def test_the_streaming_helper_says_everything_once() -> None:
    async with upstream(Reply(message_stream(THOUGHT, TEXT, CALL))) as server:
        answer = await helper(server)
    assert (answer.reasoning, answer.text) == ("Hm, summer.", "It is warm.")
    assert answer.calls == {"a": ("weather", {"city": "Rome"}, "running", None)}


async def test_only_the_easy_events_of_the_helper_passed_on() -> None:
    async with upstream(Reply(message_stream(THOUGHT, TEXT))) as server:
        answer = await helper(server, "text", "thinking")
    assert (answer.reasoning, answer.text) == ("Hm, summer.", "It is warm.")


async def test_a_tool_that_runs_at_the_provider_and_one_without_arguments() -> None:
    search = ({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}, CALL[1])
    page = {
        "type": "web_search_result",
        "title": "Rome",
        "url": "https://example.com",
        "encrypted_content": "x",
        "page_age": None,
    }
    result: Block = ({"type": "web_search_tool_result", "tool_use_id": "s", "content": [page]}, [])
    now: Block = ({"type": "tool_use", "id": "n", "name": "now", "input": {}}, [])
    async with upstream(Reply(message_stream(search, result, now))) as server:
        calls = fold(await create(server)).calls
    name, args, state, found = calls["s"]
    assert (name, args, state) == ("web_search", {"city": "Rome"}, "done")
    assert isinstance(found, list)
    assert found[0]["title"] == "Rome"
    assert calls["n"] == ("now", {}, "running", None)


async def test_a_whole_message() -> None:
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "Warm."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 3},
    }
    async with upstream(Reply(json=body)) as server, client(server) as api:
        message = await api.messages.create(model="m", max_tokens=9, messages=ASK)
    answer = fold(parts_of(message))
    assert (answer.text, answer.usage) == ("Warm.", (7, 3))
