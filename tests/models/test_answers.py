"""What servers and packages stream, as the person sees it: through a `@chat` function."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import anthropic
import openai
import pytest

from swell.chat import Turn
from swell.models import Compatible, TextDelta
from swell.models.completions import SSEChunks
from swell.models.deltas import Failure
from swell.testing.chat import chatting
from tests.models.upstream import (
    Reply,
    Upstream,
    chat_chunk,
    chat_stream,
    message_stream,
    tool_call,
    upstream,
)

pytestmark = pytest.mark.anyio

Handler = Callable[[Turn], AsyncIterator[object]]


def compatible(server: Upstream) -> Handler:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        async for delta in Compatible(f"{server.url}/v1", "m").stream(turn.as_openai()):
            yield delta

    return answer


def official(server: Upstream) -> Handler:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        messages: Any = turn.as_openai()
        async with openai.AsyncOpenAI(
            base_url=f"{server.url}/v1", api_key="key", max_retries=0
        ) as api:
            async for chunk in await api.chat.completions.create(
                model="m", messages=messages, stream=True
            ):
                yield chunk

    return answer


def responding(server: Upstream) -> Handler:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        async with openai.AsyncOpenAI(
            base_url=f"{server.url}/v1", api_key="key", max_retries=0
        ) as api:
            async for event in await api.responses.create(
                model="m", input=turn.prompt, stream=True
            ):
                yield event

    return answer


def claude(server: Upstream) -> Handler:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        messages: Any = turn.as_anthropic()
        async with anthropic.AsyncAnthropic(
            base_url=server.url, api_key="key", max_retries=0
        ) as api:
            async for event in await api.messages.create(
                model="m", max_tokens=9, messages=messages, stream=True
            ):
                yield event

    return answer


BOTH = pytest.mark.parametrize("how", [compatible, official])


async def asked(how: Callable[[Upstream], Handler], *replies: Reply) -> dict[str, Any]:
    """Return the row of the answer."""
    async with upstream(*replies) as server, chatting(how(server)) as chat:
        await chat.send("Hi")
        return chat.messages[-1]


def shown(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the parts of an answer, each its type and what it says."""
    parts = [
        (part["type"], str(part.get("text", part.get("reason", part.get("name")))))
        for part in row["parts"] or ()
    ]
    return [*parts, *([("text", row["content"])] if row["content"] else [])]


def end(delta: dict[str, Any], reason: str = "stop") -> dict[str, Any]:
    return chat_chunk(delta, reason)


# ---------------------------------------------------------------- what the model thought


@BOTH
async def test_thoughts_and_text_in_lists_of_blocks(how: Any) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "a"}]}
    events = [
        chat_chunk({"content": [thought]}),
        end({"content": [{"type": "text", "text": "b"}]}),
        "[DONE]",
    ]
    row = await asked(how, Reply(events))
    assert (row["status"], shown(row)) == ("done", [("reasoning", "a"), ("text", "b")])


@BOTH
async def test_thoughts_in_the_text(how: Any) -> None:
    row = await asked(how, Reply(chat_stream("\n<th", "ink>Hm", ".</thin", "k>\n\nWarm.")))
    assert shown(row) == [("reasoning", "Hm."), ("text", "Warm.")]


# ------------------------------------------------------------------- errors in a 200


ERRORS: list[tuple[Any, str]] = [
    (
        {"object": "error", "message": "maximum context length is 10", "code": 400},
        "context_too_long",
    ),
    ({"detail": "x"}, "model_failed"),
    ({"detail": [{"loc": ["body"], "msg": "invalid_request"}]}, "bad_request"),
    ({"detail": {"error": {"code": 429}}}, "rate_limited"),
    ({"message": "Too many requests", "code": "429"}, "rate_limited"),
    ({"type": "error", "error": {"type": "overloaded_error"}}, "overloaded"),
    ({"status": "error", "message": "context window exceeded"}, "context_too_long"),
    ({"error": "Rate limit exceeded"}, "rate_limited"),
    ({"error": {"error": {"code": "rate_limit_exceeded"}}}, "rate_limited"),
    ({"error": {"message": '{"error": {"code": 503, "status": "UNAVAILABLE"}}'}}, "overloaded"),
    ({"error": {"code": 401, "message": "bad key"}}, "auth"),
    ({"choices": [{"index": 0, "error": {"code": 429}, "delta": {}}]}, "rate_limited"),
    ({"choices": [{"index": 0, "finish_reason": "error", "delta": {}}]}, "model_failed"),
]


@BOTH
@pytest.mark.parametrize(("chunk", "code"), ERRORS, ids=[json.dumps(e)[:40] for e, _ in ERRORS])
async def test_an_error_inside_of_a_stream(how: Any, chunk: Any, code: str) -> None:
    row = await asked(how, Reply([chunk, "[DONE]"]))
    assert (row["status"], row["error_code"]) == ("failed", code)


async def test_an_event_that_is_called_error_and_streams_without_an_answer() -> None:
    streams: list[tuple[list[Any], str]] = [
        ([("error", {"message": "Rate limit reached"})], "rate_limited"),
        ([("error", "overloaded")], "overloaded"),
        (["[DONE]"], "model_failed"),
        ([{}, "[DONE]"], "model_failed"),
        ([], "connection"),
    ]
    for events, code in streams:
        row = await asked(compatible, Reply(events))
        assert (row["status"], row["error_code"]) == ("failed", code), events
    bodies: list[tuple[Any, str]] = [
        ([{"error": {"code": 429}}], "rate_limited"),
        ({"detail": "x"}, "model_failed"),
        ({"status": "ok"}, "model_failed"),
    ]
    for body, code in bodies:
        row = await asked(compatible, Reply(json=body))
        assert (row["status"], row["error_code"]) == ("failed", code), body


# ------------------------------------------------------------------- how streams end

RESPONSE: dict[str, Any] = {
    "id": "r",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "output": [],
}
RESPONSE |= {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}


def responses(status: str | None, **more: Any) -> list[Any]:
    """Return a stream of a response that says `Half`; None for one without an end."""
    said: dict[str, Any] = {"type": "response.output_text.delta", "delta": "Half", "item_id": "i"}
    said |= {"output_index": 0, "content_index": 0, "logprobs": []}
    events = [{"type": "response.created", "response": RESPONSE | {"status": "in_progress"}}, said]
    if status:
        last = RESPONSE | {"status": status} | more
        events.append({"type": f"response.{status}", "response": last})
    return [(e["type"], {"sequence_number": n, **e}) for n, e in enumerate(events)]


def message(reason: str | None) -> list[Any]:
    """Return a stream of a message that says `Half`; None for one without an end."""
    events = message_stream(
        ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "Half"}])
    )
    if reason is None:
        return events[:3]
    events[-2][1]["delta"]["stop_reason"] = reason
    return events


HALF = [chat_chunk({"content": "Half"})]


@pytest.mark.parametrize(
    ("how", "events"),
    [
        (compatible, HALF),
        (official, HALF),
        (official, [chat_chunk({"role": "assistant", "content": ""})]),
        (responding, responses(None)),
        (claude, message(None)),
    ],
)
async def test_a_stream_that_is_closed_before_its_end_has_failed(
    how: Any, events: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    row = await asked(how, Reply(events))
    said = "" if events[0] == chat_chunk({"role": "assistant", "content": ""}) else "Half"
    assert (row["status"], row["error_code"], row["content"]) == ("failed", "connection", said)


@pytest.mark.parametrize("how", [compatible, official])
@pytest.mark.parametrize("left", [{"cut": True}, {"hang": True}])
async def test_what_comes_behind_a_complete_stream_changes_nothing(how: Any, left: Any) -> None:
    async with asyncio.timeout(30):
        row = await asked(how, Reply(chat_stream("Whole."), **left))
    assert (row["status"], row["content"]) == ("done", "Whole.")


async def test_a_stream_without_done_that_is_cut_or_held_open() -> None:
    ended = [chat_chunk({"content": "Whole."}), chat_chunk(finish="stop")]
    lefts: list[dict[str, Any]] = [{"cut": True}, {"hang": True}, {}]
    for left in lefts:
        row = await asked(compatible, Reply(ended, **left))
        assert (row["status"], row["content"]) == ("done", "Whole."), left
    events = message("end_turn")[:-1]
    row = await asked(claude, Reply(events, cut=True))
    assert (row["status"], row["content"]) == ("done", "Half")


ENDS: list[tuple[Any, list[Any], str]] = [
    *(
        (how, [chat_chunk({"content": "Half"}), chat_chunk(finish=word), "[DONE]"], reason)
        for how in (compatible, official)
        for word, reason in [
            ("length", "length"),
            ("content_filter", "content_filter"),
            ("MAX_TOKENS", "length"),
            ("SAFETY", "content_filter"),
            ("model_length", "context"),
        ]
    ),
    (official, [chat_chunk({"refusal": "Half"}), chat_chunk(finish="stop")], "refusal"),
    (claude, message("max_tokens"), "length"),
    (claude, message("refusal"), "refusal"),
    (claude, message("model_context_window_exceeded"), "context"),
    (
        responding,
        responses("incomplete", incomplete_details={"reason": "max_output_tokens"}),
        "length",
    ),
    (
        responding,
        responses("incomplete", incomplete_details={"reason": "content_filter"}),
        "content_filter",
    ),
]


@pytest.mark.parametrize(("how", "events", "reason"), ENDS)
async def test_an_answer_says_why_it_is_incomplete(
    how: Any, events: list[Any], reason: str
) -> None:
    row = await asked(how, Reply(events))
    assert row["status"] == "done"
    assert shown(row) == [("text", "Half"), ("incomplete", reason)]


async def test_an_answer_that_the_handler_continues_is_complete() -> None:
    async with upstream(
        Reply([chat_chunk({"content": "One, "}, "length"), "[DONE]"]), Reply(chat_stream("two."))
    ) as server:
        model = Compatible(f"{server.url}/v1", "m")

        async def answer(turn: Turn) -> AsyncIterator[object]:
            for _ in range(2):
                async for delta in model.stream(turn.as_openai()):
                    yield delta

        async with chatting(answer) as chat:
            await chat.send("Hi")
            assert shown(chat.messages[-1]) == [("text", "One, two.")]


# ------------------------------------------------------------------- calls and counts


@BOTH
async def test_two_calls_of_one_index_without_ids(how: Any) -> None:
    events = [
        chat_chunk(
            {
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "",
                        "function": {"name": "weather", "arguments": json.dumps({"city": city})},
                    }
                ]
            }
        )
        for city in ("A", "B")
    ]
    row = await asked(how, Reply([*events, chat_chunk(finish="tool_calls"), "[DONE]"]))
    assert [part["args"] for part in row["parts"]] == [{"city": "A"}, {"city": "B"}]


async def test_pieces_of_calls_in_every_form_that_servers_send() -> None:
    def piece(**fields: Any) -> dict[str, Any]:
        return chat_chunk({"tool_calls": [fields]})

    def called(name: str = "", args: Any = "", **more: Any) -> dict[str, Any]:
        return piece(function={"name": name, "arguments": args}, **more)

    streams: list[tuple[list[Any], list[Any]]] = [
        # The name in each piece.
        ([called("f", '{"a"', index=0), called("f", ": 1}", index=0)], [{"a": 1}]),
        # Neither index nor id.
        ([called("f", {"a": 1}), called("f", {"a": 2})], [{"a": 1}, {"a": 2}]),
        # Other names, nothing else.
        ([called("f", "", index=0), called("g", "", index=0)], [None, None]),
        # The same name without arguments or ids: each is a call.
        ([called("f", "", index=0), called("f", "", index=0)], [None, None]),
        ([called("f", None, index=0)] * 3, [None, None, None]),
        ([called("f", "{}", index=0), called("f", "{}", index=0)], [{}, {}]),
        # The same in one delta, and with arguments that come after a name said twice.
        (
            [
                chat_chunk(
                    {
                        "tool_calls": [
                            {"index": 0, "function": {"name": "f", "arguments": ""}},
                            {"index": 0, "function": {"name": "f", "arguments": ""}},
                        ]
                    }
                )
            ],
            [None, None],
        ),
        (
            [called("f", "", index=0), called("f", "", index=0), called("f", '{"a": 1}', index=0)],
            [{"a": 1}],
        ),
        # As before there were tools, in pieces.
        (
            [
                chat_chunk({"function_call": {"name": "f", "arguments": ""}}),
                chat_chunk({"function_call": {"arguments": '{"a"'}}),
                chat_chunk({"function_call": {"arguments": ": 1}"}}),
            ],
            [{"a": 1}],
        ),
        # The same id in two calls.
        ([called("f", "{}", index=0, id="x"), called("g", "{}", index=1, id="x")], [{}, {}]),
        # Another id of the stream in each chunk.
        (
            [
                called("f", '{"a"', index=0, id="x") | {"id": "1"},
                called("", ": 1}", index=0) | {"id": "2"},
            ],
            [{"a": 1}],
        ),
    ]
    for events, expected in streams:
        row = await asked(compatible, Reply([*events, chat_chunk(finish="tool_calls"), "[DONE]"]))
        assert [part.get("args") for part in row["parts"]] == expected, events


async def test_the_last_count_of_tokens_is_the_one() -> None:
    def count(output: int) -> dict[str, Any]:
        return {"usage": {"prompt_tokens": 7, "completion_tokens": output}}

    each = [chat_chunk({"content": "a"}) | count(n) for n in (1, 2, 3)]
    only_last = [chat_chunk({"content": "a"}), chat_chunk(finish="stop")]
    for events in (
        [*each, chat_chunk(finish="stop") | count(3), "[DONE]"],
        [*each, chat_chunk(finish="stop"), {"choices": []} | count(3), "[DONE]"],
        [*only_last, {"choices": []} | count(3), "[DONE]"],
        [*only_last, {"id": "other", "choices": [], "x_groq": count(3)}, "[DONE]"],
    ):
        async with upstream(Reply(events)) as server, chatting(compatible(server)) as chat:
            await chat.send("Hi")
            await chat.send("Again")
            messages = await chat.server.app.store.messages(chat.address.removeprefix("t/"))
        assert [m.usage for m in messages if m.role == "assistant"] == [
            {"input": 7, "output": 3}
        ] * 2


async def test_calls_that_the_package_ran_are_done_unless_it_is_known_that_they_failed() -> None:
    use = {"type": "tool_use", "id": "a", "name": "weather", "input": {}}
    text = ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "Warm."}])
    async with upstream(Reply(message_stream((use, []))), Reply(message_stream(text))) as server:

        async def answer(turn: Turn) -> AsyncIterator[object]:
            for _ in range(2):
                async for event in claude(server)(turn):
                    yield event

        async with chatting(answer) as chat:
            await chat.send("Hi")
            call, said = chat.messages[-1]["parts"][0], chat.messages[-1]["content"]
    assert (call["state"], call.get("result"), said) == ("done", None, "Warm.")

    async def breaks(turn: Turn) -> AsyncIterator[object]:
        yield {"choices": [{"index": 0, "delta": tool_call(0, "{}", id="a", name="f")}]}
        raise ValueError

    async with chatting(breaks) as chat:
        await chat.send("Hi")
        assert chat.messages[-1]["parts"][0]["state"] == "failed"


# ------------------------------------------------------------------- what is no chunk


def yields(*items: Any) -> Handler:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        for item in items:
            yield item

    return answer


PIECE = openai.types.chat.chat_completion_chunk.ChoiceDelta(content="x")


@pytest.mark.parametrize(
    ("item", "named"),
    [
        (b"hello", "bytes"),
        (b"d", "bytes"),  # may begin `data`, and nothing follows
        (b": x", "bytes"),
        (b"\n\n", "bytes"),
        (b"data: \n\n", "bytes"),
        (bytearray(b"data: {}"), "bytearray"),
        ({"role": "assistant", "content": "x"}, "a dict with the keys 'role', 'content'"),
        ({"answer": "hi"}, "a dict with the keys 'answer'"),
        ({}, "an empty dict"),
        ({"__interrupt__": ()}, "turn.ask"),
        ({"type": "tool_cal", "name": "x"}, "did you mean `tool_call`"),
        ({"type": "TEXT_MESSAGE_CONTENT", "delta": "x"}, "'TEXT_MESSAGE_CONTENT'"),
        (("a", 1), "a tuple of (str, int)"),
        ((), "a tuple"),
        (Ellipsis, "ellipsis"),
        (PIECE, "ChoiceDelta of openai"),
        (anthropic.types.TextDelta(type="text_delta", text="x"), "TextDelta of anthropic"),
    ],
    ids=str,
)
async def test_what_no_reader_knows_is_an_error_with_the_ways_out(
    item: Any, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        async with chatting(yields(item)) as chat:
            await chat.send("Hi")
            assert (chat.status, chat.messages[-1]["error_code"]) == ("failed", "handler_failed")
    for word in ("TypeError", named, "str", "TextDelta", "docs/howto/models.md"):
        assert word in caplog.text


async def test_events_as_dicts_go_to_their_readers() -> None:
    events = [event for _, event in message("end_turn")]
    async with chatting(yields(*events)) as chat:
        await chat.send("Hi")
        assert (chat.status, chat.answer) == ("done", "Half")
    events = [event for _, event in responses("completed")]
    async with chatting(yields(*events)) as chat:
        await chat.send("Hi")
        assert (chat.status, chat.answer) == ("done", "Half")
    async with chatting(yields({"type": "text", "text": "Part"}, TextDelta("."))) as chat:
        await chat.send("Hi")
        assert (chat.status, chat.answer) == ("done", "Part.")


def test_a_report_nested_too_deep_is_an_error_of_the_model() -> None:
    for data in (b"[" * 5_000, b'{"message": ' * 5_000):
        (failure,) = SSEChunks().read(b"event: error\ndata: " + data + b"\n\n")
        assert isinstance(failure, Failure)


async def test_bytes_of_an_event_stream_are_read() -> None:
    whole = b"".join(
        b"data: %b\n\n" % json.dumps(event).encode()
        for event in chat_stream("It is ", "warm.")[:-1]
    )
    for chunks in ([whole], [whole[:1], whole[1:]], [bytes([byte]) for byte in whole]):
        async with chatting(yields(*chunks)) as chat:
            await chat.send("Hi")
            assert (chat.status, chat.answer) == ("done", "It is warm.")


async def test_the_last_event_of_bytes_counts_without_an_empty_line_and_a_cut_is_a_failure() -> (
    None
):
    half, end = (
        b"data: " + json.dumps(chunk).encode()
        for chunk in (chat_chunk({"content": "Half"}), chat_chunk({"content": "."}, "stop"))
    )
    async with chatting(yields(half + b"\n\n", end)) as chat:
        await chat.send("Hi")
        assert (chat.status, chat.answer) == ("done", "Half.")
    for cut in ([half], [half + b"\n\n"]):
        async with chatting(yields(*cut)) as chat:
            await chat.send("Hi")
            assert (chat.status, chat.answer) == ("failed", "Half")
            assert chat.messages[-1]["error_code"] == "connection"


@BOTH
async def test_a_thought_that_began_in_the_prompt(how: Any) -> None:
    said = "Hm. So\nwarm.\n</think>\n\nIt is warm."
    for pieces in ([said], list(said)):
        row = await asked(how, Reply(chat_stream(*pieces)))
        assert shown(row) == [("reasoning", "Hm. So\nwarm."), ("text", "It is warm.")]
        assert row["status"] == "done"


async def test_text_of_the_handler_before_such_a_thought_stays() -> None:
    async with upstream(Reply(chat_stream("Hm.\n</think>\n\n", "Warm."))) as server:

        async def answer(turn: Turn) -> AsyncIterator[object]:
            yield "Asking. "
            async for delta in Compatible(f"{server.url}/v1", "m").stream(turn.as_openai()):
                yield delta

        async with chatting(answer) as chat:
            await chat.send("Hi")
            row = chat.messages[-1]
    assert shown(row) == [("text", "Asking. "), ("reasoning", "Hm."), ("text", "Warm.")]
