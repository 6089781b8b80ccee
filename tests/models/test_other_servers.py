"""What few servers do in their own way, as the person sees it: through a `@chat` function."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import openai
import pytest

from swell.chat import Turn, run_tools, tool
from swell.chat.runs.answer import Answer
from swell.models import Compatible
from swell.testing.chat import ChatClient, chatting
from tests.models.upstream import Reply, chat_chunk, message_stream, upstream

pytestmark = pytest.mark.anyio


def chunk(
    delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any
) -> dict[str, Any]:
    return {**chat_chunk(delta, finish), **more}


def call(id: str | None, name: str, arguments: object) -> dict[str, Any]:
    return {
        "tool_calls": [{"index": 0, "id": id, "function": {"name": name, "arguments": arguments}}]
    }


async def shown(*yielded: object) -> tuple[str, str, dict[str, Any]]:
    """Return how an answer of these ends: reasoning, text, and all of its last message."""

    async def answer(turn: Turn) -> AsyncIterator[object]:
        for one in yielded:
            yield one

    async with chatting(answer) as chat:
        await chat.send("Go")
        return (*_said(chat), chat.messages[-1])


def _said(chat: ChatClient) -> tuple[str, str]:
    message = chat.messages[-1]
    parts = message["parts"] or []
    thoughts = [part["text"] for part in parts if part["type"] == "reasoning"]
    texts = [part["text"] for part in parts if part["type"] == "text"]
    return "".join(thoughts), message["content"] or "".join(texts)


@pytest.mark.parametrize(
    "deltas",
    [
        [{"reasoning_text": "Hm."}, {"content": "Warm."}],
        [{"thinking": "Hm."}, {"content": "Warm."}],
        [{"reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]}, {"content": "Warm."}],
        [
            {"reasoning_details": [{"type": "reasoning.text", "text": said}]}
            for said in ("H", "Hm", "Hm.")
        ]
        + [{"content": "Warm."}],
        [{"content": [{"type": "thinking", "thinking": "Hm."}, {"text": "Warm."}]}],
        [{"reasoning": "Hm."}, {"content": {"type": "text", "text": "Warm."}}],
        [{"content": "[THINK]Hm.[/THINK]Warm."}],
        [{"content": "\ufeff<reasoning>Hm.</reasoning>\nWarm."}],
        [{"content": "\u25c1think\u25b7Hm.\u25c1/think\u25b7Warm."}],
    ],
)
async def test_thoughts_under_other_names(deltas: list[dict[str, Any]]) -> None:
    assert (await shown(*map(chunk, deltas), chunk(finish="stop")))[:2] == ("Hm.", "Warm.")


async def test_thoughts_in_the_text_of_responses_and_of_messages() -> None:
    said = ("<think>H", "m.</think>", "Warm.")
    responses = [{"type": "response.output_text.delta", "delta": text} for text in said]
    end = {"type": "response.completed", "response": {"status": "completed"}}
    begin = {"type": "response.created", "response": {}}
    keep = {"type": "keepalive", "sequence_number": 2}
    assert (await shown(begin, keep, *responses, end))[:2] == ("Hm.", "Warm.")
    deltas = [{"type": "text_delta", "text": text} for text in said]
    events = [event for _, event in message_stream(({"type": "text", "text": ""}, deltas))]
    assert (await shown(*events))[:2] == ("Hm.", "Warm.")


async def test_a_server_that_names_each_chunk_anew_makes_one_message() -> None:
    def usage(output: int) -> dict[str, int]:
        return {"prompt_tokens": 5, "completion_tokens": output}

    fold = Answer()
    for one in (
        chunk({"role": "assistant", "content": "<think>Hm."}, id="1", usage=usage(1)),
        chunk({"content": "</think>Wa"}, id="2", usage=usage(2)),
        chunk({"content": "rm."}, "stop", id="3", usage=usage(3)),
    ):
        fold.feed(one)
    reasoning, text = fold.parts()
    assert (getattr(reasoning, "text", ""), getattr(text, "text", "")) == ("Hm.", "Warm.")
    assert fold.usage == {"input": 5, "output": 3}


async def test_tokens_that_a_server_of_messages_counts_at_the_end_only() -> None:
    block = ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "Hi"}])
    fold = Answer()
    for _, event in message_stream(block):
        if event["type"] == "message_start":
            event = {"type": "message_start", "message": {"usage": {"input_tokens": 0}}}
        if event["type"] == "message_delta":
            event = {**event, "usage": {"input_tokens": 7, "output_tokens": 3}}
        fold.feed(event)
    assert fold.usage == {"input": 7, "output": 3}


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}], "rate_limited"),
        ({"choices": None, "base_resp": {"status_code": 1008, "status_msg": "x"}}, "model_failed"),
        ({"title": "Too many requests", "status": 429}, "rate_limited"),
        ({"fault": {"faultstring": "x"}}, "model_failed"),
        ({"error_code": 429, "error_msg": "slow down"}, "rate_limited"),
        ({"Error": {"Code": "ThrottlingException"}}, "rate_limited"),
        ({"choices": [{"delta": {}, "finish_reason": "network_error"}]}, "connection"),
        (
            {"choices": [{"delta": {}, "finish_reason": "insufficient_system_resource"}]},
            "overloaded",
        ),
        ({"choices": [{"delta": {}, "finish_reason": "abort"}]}, "model_failed"),
        (
            {"choices": [{"delta": {}, "finish_reason": "MALFORMED_FUNCTION_CALL"}]},
            "model_failed",
        ),
    ],
)
async def test_an_error_in_the_middle_is_never_the_end_of_an_answer(
    report: object, code: str
) -> None:
    async with upstream(Reply(events=[chunk({"content": "Half"}), report, "[DONE]"])) as server:

        async def answer(turn: Turn) -> AsyncIterator[object]:
            async for delta in Compatible(f"{server.url}/v1", "m").stream(turn.as_openai()):
                yield delta

        async with chatting(answer) as chat:
            await chat.send("Go")
            assert (chat.status, chat.messages[-1]["error_code"]) == ("failed", code)
            assert chat.answer == "Half"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("FINISH_REASON_MAX_TOKENS", "length"),
        ("max_completion_tokens", "length"),
        ("sensitive", "content_filter"),
        ("ERROR_TOXIC", "content_filter"),
    ],
)
async def test_other_words_for_an_incomplete_answer(word: str, reason: str) -> None:
    _, text, message = await shown(chunk({"content": "Half"}), chunk(finish=word))
    assert (text, message["parts"][-1]["reason"]) == ("Half", reason)


@pytest.mark.parametrize(
    ("pieces", "cities"),
    [
        ([call("c", "weather", '{"city":"A"}'), call("c", "weather", '{"city":"B"}')], ["A", "B"]),
        ([call("c", "weather", '{"city":"A"}'), call("c", "weather", '{"city": "A"}')], ["A"]),
        ([call("c1", "weather", '{"city"'), call("c2", "", ':"A"}')], ["A"]),
        ([call("c1", "weather", '{"city":"A"}'), call("c2", "weather", {"city": "B"})], ["A", "B"]),
    ],
    ids=["one id for two", "said again", "an id for each piece", "an object"],
)
async def test_calls_are_made_as_often_as_they_are_meant(
    pieces: list[dict[str, Any]], cities: list[str]
) -> None:
    made: list[str] = []

    @tool
    def weather(city: str = "*") -> str:
        made.append(city)
        return city

    first = Reply(events=[*map(chunk, pieces), chunk(finish="tool_calls"), "[DONE]"])
    last = Reply(events=[chunk({"content": "Warm."}, "stop"), "[DONE]"])
    async with upstream(first, last) as server:

        async def answer(turn: Turn) -> AsyncIterator[object]:
            async for step in run_tools(Compatible(f"{server.url}/v1", "m"), turn, [weather]):
                yield step

        async with chatting(answer) as chat:
            await chat.send("Go")
            assert (sorted(made), _said(chat)[1]) == (cities, "Warm.")
        sent = server.requests[-1].body["messages"]
    asked = [one["id"] for message in sent for one in message.get("tool_calls", ())]
    answered = [message["tool_call_id"] for message in sent if message["role"] == "tool"]
    assert len({*asked}) == len(asked) == len(cities)
    assert asked == answered


@pytest.mark.parametrize("given", ['{"pattern": "/tmp/ca', "['/tmp']", ["/tmp"], 7])
async def test_arguments_in_one_piece_that_are_no_object_call_nothing(given: object) -> None:
    made: list[str] = []

    @tool
    def wipe(pattern: str = "*") -> str:
        made.append(pattern)
        return "gone"

    begin = {"type": "tool_use", "id": "a", "name": "wipe", "input": given}
    done = ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "Well."}])
    replies = Reply(events=message_stream((begin, []))), Reply(events=message_stream(done))
    async with (
        upstream(*replies) as server,
        anthropic.AsyncAnthropic(base_url=server.url, api_key="key", max_retries=0) as api,
    ):

        async def answer(turn: Turn) -> AsyncIterator[object]:
            async for step in run_tools(api, turn, [wipe], model="m"):
                yield step

        async with chatting(answer) as chat:
            await chat.send("Go")
            assert (made, _said(chat)[1]) == ([], "Well.")
        sent = json.dumps(server.requests[-1].body["messages"])
    assert "was not called" in sent


@pytest.mark.parametrize(
    "stranger",
    [
        b"event is great",
        b"data scientists say",
        b"\nhello",
        b"idea: yes",
        {"choices": ["Hi"]},
        {"messages": ["Hi"]},
        {"messages": [{"role": "assistant", "content": "Hi"}]},
        {"event": "message", "data": "Hi"},
        openai.types.chat.chat_completion.Choice(
            index=0,
            finish_reason="stop",
            message=openai.types.chat.ChatCompletionMessage(role="assistant", content="Hi"),
        ),
    ],
    ids=str,
)
async def test_what_only_looks_like_a_stream_is_an_error_that_names_it(stranger: object) -> None:
    with pytest.raises(TypeError, match=r"is not a chunk of a known stream.*Yield its text"):
        Answer().feed(stranger)


@pytest.mark.parametrize(
    "events",
    [
        [{"type": "ping"}, {"type": "text", "text": "Hi", "snapshot": "Hi"}],
        [
            {"type": "chunk", "chunk": chunk({"content": "Hi"}, "stop"), "snapshot": {}},
            {"type": "content.delta", "delta": "Hi", "snapshot": "Hi"},
        ],
        [
            {
                "event_kind": "part_delta",
                "index": 0,
                "delta": {"content_delta": "Hi", "part_delta_kind": "text"},
            }
        ],
    ],
    ids=["anthropic", "openai", "pydantic-ai"],
)
async def test_events_of_the_packages_as_dicts(events: list[dict[str, Any]]) -> None:
    _, text, message = await shown(*events)
    assert (text, message["status"]) == ("Hi", "done")


async def test_an_error_of_responses_as_a_dict_has_its_code() -> None:
    error = {"type": "error", "code": "rate_limit_exceeded", "message": "x", "param": None}
    assert (await shown(error))[2]["error_code"] == "rate_limited"
