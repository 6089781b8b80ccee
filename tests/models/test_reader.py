"""Chunks of any known stream become deltas; an unknown chunk is an error with the possible
fixes."""

from __future__ import annotations

from typing import Any

import pytest

from swell.models import Reader, TextDelta, ToolCallDelta


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """Return a chunk of OpenAI's chat completions as a dict."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def test_text_and_deltas_are_deltas_already() -> None:
    reader = Reader()
    assert reader.read("Hi") == [TextDelta("Hi")]
    assert reader.read("") == []
    assert reader.read(TextDelta("Hi")) == [TextDelta("Hi")]


def test_a_message_is_unfinished_until_its_last_chunk() -> None:
    reader = Reader()
    assert not reader.complete, "nothing has come"
    assert reader.read(chunk({"content": "Hi"})) == [TextDelta("Hi")]
    assert (reader.unfinished, reader.complete) == ("compatible", False)
    reader.read(chunk({}, "stop"))
    assert (reader.unfinished, reader.complete) == (None, True)


def test_arguments_of_a_call_are_whole_when_they_are_told() -> None:
    reader = Reader()
    name = {"index": 0, "id": "1", "function": {"name": "weather", "arguments": '{"city": '}}
    rest = {"index": 0, "function": {"arguments": '"Ulm"}'}}
    found = [
        *reader.read(chunk({"tool_calls": [name]})),
        *reader.read(chunk({"tool_calls": [rest]})),
        *reader.read(chunk({}, "tool_calls")),
    ]
    calls = [delta for delta in found if isinstance(delta, ToolCallDelta) and delta.args]
    assert [(call.name, call.args) for call in calls] == [("weather", {"city": "Ulm"})]


def test_streams_of_two_providers_may_come_in_turns() -> None:
    reader = Reader()
    reader.read(chunk({"content": "Hi"}))
    reader.read({"type": "message_start", "message": {"usage": {"input_tokens": 1}}})
    said = {"type": "text_delta", "text": "!"}
    assert reader.read({"type": "content_block_delta", "index": 0, "delta": said}) == [
        TextDelta("!")
    ]
    reader.read(chunk({}, "stop"))
    assert reader.unfinished == "anthropic"


@pytest.mark.parametrize(
    ("stranger", "named"),
    [
        ({"colour": "red", "size": 3}, "a dict with the keys 'colour', 'size'"),
        ({}, "an empty dict"),
        ((1, "a"), r"a tuple of \(int, str\)"),
        (object(), "object is not a chunk"),
    ],
    ids=["dict", "empty", "tuple", "object"],
)
def test_what_no_reader_knows_is_named(stranger: object, named: str) -> None:
    with pytest.raises(TypeError, match=named) as caught:
        Reader().read(stranger)
    assert "docs/howto/models.md" in str(caught.value)
