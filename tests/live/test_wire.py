"""The messages: what a browser may send, and the code that ends a connection otherwise."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swell.errors import ProtocolError
from swell.live.wire import (
    CLOSE_MALFORMED,
    CLOSE_TOO_BIG,
    Ack,
    Act,
    Beat,
    Bye,
    Clear,
    Drain,
    End,
    Err,
    Hello,
    Pong,
    Position,
    Welcome,
    decode,
    encode,
)

MAX = 4096
DEPTH = 8


def code(frame: str | bytes) -> int:
    """Return the close code that a frame is answered with."""
    with pytest.raises(ProtocolError) as refused:
        decode(frame, MAX, DEPTH)
    # What the peer sent is in neither the log nor the close frame.
    assert len(refused.value.reason) < 80
    return refused.value.close_code


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ('{"t":"hello","v":1,"route":"/"}', Hello(1, "/")),
        (
            '{"t":"hello","v":1,"route":"/x","client":"c","pos":{"e":"e","s":3},"hash":"h"}',
            Hello(1, "/x", "c", Position("e", 3), "h"),
        ),
        ('{"t":"hello","v":1,"route":"/","client":null,"pos":null,"new":1}', Hello(1, "/")),
        ('{"t":"act","id":"1"}', Act("1")),
        ('{"t":"act","id":"1","args":{"a":[1]},"name":"a"}', Act("1", {"a": [1]}, "a")),
        (
            '{"t":"act","id":"1","event":["chat","stop",null]}',
            Act("1", event=("chat", "stop", None)),
        ),
        ('{"t":"pong","s":4}', Pong(4)),
        ('{"t":"pong"}', Pong(0)),
        ('{"t":"bye"}', Bye()),
        (b'{"t":"bye"}', Bye()),
    ],
)
def test_messages_of_a_browser(frame: str | bytes, message: Any) -> None:
    assert decode(frame, MAX, DEPTH) == message


@pytest.mark.parametrize(
    "frame",
    [
        "hello there",
        "",
        "null",
        "[]",
        "7",
        '"hello"',
        "{}",
        '{"t":1}',
        '{"t":"nothing"}',
        '{"t":"welcome"}',
        '{"t":"act"}',
        '{"t":"act","id":7}',
        '{"t":"act","id":null}',
        '{"t":"act","id":""}',
        '{"t":"act","id":"' + "x" * 65 + '"}',
        '{"t":"act","id":"1","args":[]}',
        '{"t":"act","id":"1","args":null}',
        '{"t":"act","id":"1","name":1}',
        '{"t":"act","id":"1","event":{}}',
        '{"t":"act","id":"1","event":[]}',
        '{"t":"act","id":"1","event":["a","b"]}',
        '{"t":"act","id":"1","event":["a","b",1,2]}',
        '{"t":"act","id":"1","event":[1,"b",1]}',
        '{"t":"act","id":"1","event":["a",null,1]}',
        '{"t":"hello"}',
        '{"t":"hello","v":1}',
        '{"t":"hello","v":"1","route":"/"}',
        '{"t":"hello","v":1.5,"route":"/"}',
        '{"t":"hello","v":true,"route":"/"}',
        '{"t":"hello","v":1,"route":null}',
        '{"t":"hello","v":1,"route":"/","client":5}',
        '{"t":"hello","v":1,"route":"/","pos":5}',
        '{"t":"hello","v":1,"route":"/","pos":{"e":"x"}}',
        '{"t":"hello","v":1,"route":"/","pos":{"e":1,"s":1}}',
        '{"t":"hello","v":1,"route":"/","pos":{"e":"x","s":"1"}}',
        '{"t":"hello","v":1,"route":"/","pos":{"e":"x","s":1.5}}',
        '{"t":"hello","v":1,"route":"/","hash":null}',
        '{"t":"hello","v":1,"route":"/","build":1}',
        '{"t":"pong","s":"1"}',
        '{"t":"pong","s":null}',
        '{"t":"bye"} x',
        '{"t":"bye"}{"t":"bye"}',
        '{"t":"act","id":"1","args":{"x":NaN}}',
        '{"t":"act","id":"1","args":{"x":Infinity}}',
        '{"t":"act","id":"1","args":{"x":1e999}}',
        "{'t':'bye'}",
        b"\xff\xfe",
        b'{"t":"act","id":"1","args":{"x":"\xff"}}',
        b"\x00",
        b"",
    ],
)
def test_what_is_no_message_is_malformed(frame: str | bytes) -> None:
    assert code(frame) == CLOSE_MALFORMED


@pytest.mark.parametrize("brackets", ["[]", '{"x":}'])
def test_nesting_has_a_bound(brackets: str) -> None:
    head, tail = brackets[:-1], brackets[-1]

    def nested(depth: int) -> str:
        return '{"t":"act","id":"1","args":{"x":' + head * depth + "1" + tail * depth + "}}"

    decode(nested(DEPTH - 2), MAX, DEPTH)
    assert code(nested(DEPTH)) == CLOSE_MALFORMED


def test_fifty_thousand_levels_are_refused_like_any_other_nonsense() -> None:
    frame = '{"t":"act","id":"1","args":{"x":' + "[" * 50_000 + "]" * 50_000 + "}}"
    for max_depth in (32, 200):
        with pytest.raises(ProtocolError) as refused:
            decode(frame, 1 << 20, max_depth)
        assert refused.value.close_code == CLOSE_MALFORMED


def test_nesting_of_events_counts_too() -> None:
    frame = '{"t":"act","id":"1","event":["a","b",' + "[" * 20 + "]" * 20 + "]}"
    assert code(frame) == CLOSE_MALFORMED


def test_the_number_of_values_has_a_bound() -> None:
    def wide(count: int) -> str:
        return '{"t":"act","id":"1","args":{"x":[' + ",".join("1" * count) + "]}}"

    decode(wide(9_000), 1 << 20, DEPTH)
    with pytest.raises(ProtocolError) as refused:
        decode(wide(10_001), 1 << 20, DEPTH)
    assert refused.value.close_code == CLOSE_MALFORMED


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
def test_the_size_of_a_frame_is_counted_in_bytes(letter: str) -> None:
    rest = len('{"t":"act","id":"1","name":""}')
    fits = (MAX - rest) // len(letter.encode())
    frame = '{"t":"act","id":"1","name":"' + letter * fits + '"}'
    decode(frame, MAX, DEPTH)
    decode(frame.encode(), MAX, DEPTH)
    longer = frame.replace(letter, letter * 5, 1)
    assert code(longer) == CLOSE_TOO_BIG
    assert code(longer.encode()) == CLOSE_TOO_BIG


def test_huge_numbers_are_taken_as_they_are() -> None:
    message = decode('{"t":"pong","s":' + "9" * 200 + "}", MAX, DEPTH)
    assert message == Pong(int("9" * 200))
    with pytest.raises(ProtocolError):
        decode('{"t":"pong","s":' + "9" * 5000 + "}", 1 << 20, DEPTH)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_nothing_but_a_protocol_error_comes_of_garbage(frame: str | bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(frame, MAX, DEPTH)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)
_fields = st.sampled_from(["v", "route", "client", "pos", "hash", "build", "id", "args", "event"])


@given(
    kind=st.sampled_from(["hello", "act", "pong", "bye"]),
    fields=st.dictionaries(_fields | st.just("s"), _json, max_size=6),
)
def test_fields_of_any_type_give_a_message_or_a_protocol_error(
    kind: str, fields: dict[str, Any]
) -> None:
    try:
        message = decode(json.dumps({"t": kind, **fields}), 1 << 20, DEPTH)
    except ProtocolError as refused:
        assert refused.close_code == CLOSE_MALFORMED  # noqa: PT017  (both ways are right)
    else:
        assert isinstance(message, Hello | Act | Pong | Bye)


def test_messages_of_the_server() -> None:
    welcome = Welcome("resumed", "c", "e", 3, 1, 25.0, {"frame_max_bytes": 1}, "b", "anon")
    expected: list[tuple[Any, dict[str, Any]]] = [
        (
            welcome,
            {
                "t": "welcome",
                "mode": "resumed",
                "client": "c",
                "e": "e",
                "s": 3,
                "v": 1,
                "hb": 25.0,
                "limits": {"frame_max_bytes": 1},
                "build": "b",
                "user": "anon",
            },
        ),
        (Ack("1", "ok"), {"t": "ack", "id": "1", "st": "ok"}),
        (
            Ack("1", "err", "busy", "Wait.", 250),
            {
                "t": "ack",
                "id": "1",
                "st": "err",
                "code": "busy",
                "msg": "Wait.",
                "retry_ms": 250,
            },
        ),
        (End("1", "err"), {"t": "end", "id": "1", "st": "err"}),
        (Beat("e", 3), {"t": "beat", "e": "e", "s": 3}),
        (Err("c", "m"), {"t": "err", "code": "c", "msg": "m"}),
        (
            Err("c", "m", "i", "r"),
            {"t": "err", "code": "c", "msg": "m", "id": "i", "ref": "r"},
        ),
        (Drain(10), {"t": "drain", "in_ms": 10}),
        (Clear(), {"t": "clear"}),
    ]
    for message, wire in expected:
        assert msgspec.json.decode(encode(message)) == wire


def test_half_a_character_that_a_browser_sends_is_replaced() -> None:
    frame = r'{"t":"act","id":"a","args":{"chat":"x\ud83d \ud83d\ude00 \\ud83d"},"name":"chat"}'
    message = decode(frame.encode(), 10_000, 10)
    assert isinstance(message, Act)
    assert message.args == {"chat": "x\ufffd 😀 \\ud83d"}
