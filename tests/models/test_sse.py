"""Event streams, cut anywhere."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swell.models.sse import EventStream, ServerEvent


def read(*chunks: bytes) -> list[ServerEvent]:
    stream = EventStream()
    return [event for chunk in chunks for event in stream.read(chunk)] + stream.end()


def data(*chunks: bytes) -> list[str]:
    return [event.data for event in read(*chunks)]


STREAM = (
    "\ufeff: a comment\r\n"
    "retry: 250\r"
    "event: note\r\n"
    "id: 7\n"
    "data: {\r\n"
    'data:"a": "é漢😀"\r'
    "data:  }\n"
    "\r\n"
    "data\n"
    "unknown: field\n"
    "\n"
    "event: nothing\n\n"
    "data: a:b\r\r"
)
EVENTS = [
    ServerEvent("note", ["{", '"a": "é漢😀"', " }"], "7"),
    ServerEvent("message", [""], "7"),
    ServerEvent("message", ["a:b"], "7"),
]


def test_the_grammar_of_the_standard() -> None:
    assert read(STREAM.encode()) == EVENTS
    assert json.loads(EVENTS[0].data) == {"a": "é漢😀"}
    stream = EventStream()
    stream.read(STREAM.encode())
    assert stream.retry_ms == 250


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_every_place_to_cut_and_every_line_end(end: str) -> None:
    whole = "\ufeffid: 1\ndata: a\ndata: é\n\n: ping\ndata: [DONE]\n\n".replace("\n", end).encode()
    for cut in range(len(whole) + 1):
        assert data(whole[:cut], whole[cut:]) == ["a\né", "[DONE]"]
    assert data(*(bytes([byte]) for byte in whole)) == ["a\né", "[DONE]"]


@given(st.lists(st.integers(0, len(STREAM.encode())), max_size=12))
def test_cuts_change_nothing(cuts: list[int]) -> None:
    whole, places = STREAM.encode(), sorted({0, *cuts, len(STREAM.encode())})
    chunks = [whole[a:b] for a, b in pairwise(places)]
    assert read(*chunks) == EVENTS


def test_an_id_with_a_null_and_a_retry_that_is_no_number_are_ignored() -> None:
    assert read(b"id: 1\nid: a\0b\nretry: soon\ndata: x\n\n") == [
        ServerEvent("message", ["x"], "1")
    ]


def test_an_event_without_an_end_is_not_kept_for_ever() -> None:
    stream = EventStream()
    for _ in range(3):
        stream.read(b"data: " + b"x" * 1_000_000)
    with pytest.raises(ValueError, match="larger than"):
        stream.read(b"x" * 1_000_000)


def test_an_event_of_empty_lines_without_an_end_is_not_kept_for_ever() -> None:
    stream = EventStream()
    for _ in range(34):
        stream.read(b"data:\n" * 100_000)
    with pytest.raises(ValueError, match="larger than"):
        stream.read(b"data:\n" * 200_000)
