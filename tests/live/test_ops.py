"""Ops: how they travel, and that fewer of them do the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from swell.errors import OpError, PlainValueError
from swell.live.ops import (
    Append,
    Delete,
    Insert,
    Op,
    Path,
    Remove,
    Set,
    check_path,
    key_fault,
    merge,
    units,
)
from swell.live.state import PageState

from .histories import image, ops_of, steps, travelled, twin

TEXT: Path = ["chat", "data", 0, "content"]
ITEM: Path = ["c", "items", 0, "text"]


def test_an_op_travels_as_an_array_whose_first_element_names_it() -> None:
    ops: list[Op] = [
        Set(["c", "title"], "Hi"),
        Delete(["c"]),
        Append(TEXT, 2, "lo"),
        Insert(["c", "data"], 0, [[0, ["Hi", True]]]),
        Remove(["c", "data"], 0, 1),
    ]
    assert msgspec.to_builtins(ops) == [
        ["s", ["c", "title"], "Hi"],
        ["d", ["c"]],
        ["a", ["chat", "data", 0, "content"], 2, "lo"],
        ["i", ["c", "data"], 0, [[0, ["Hi", True]]]],
        ["x", ["c", "data"], 0, 1],
    ]
    assert travelled(ops) == ops


@pytest.mark.parametrize(
    "frame",
    [
        '["z",["c"]]',
        '["s",["c"]]',
        '["s",["c"],1,2]',
        '["d",["c"],1]',
        '["a",["c"],"0","x"]',
        '["a",["c"],0,1]',
        '["d","c"]',
        '["d",[1.5]]',
        '["d",[null]]',
        '["x",["c"],0]',
        '{"0":"d"}',
    ],
)
def test_what_is_no_op_is_not_decoded(frame: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(frame, type=Op)


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("abc", 3), ("é", 1), ("😀", 2), ("a😀b", 4), ("\u4f60\u597d", 2)]
)
def test_text_is_measured_as_a_browser_does(text: str, length: int) -> None:
    assert units(text) == length


def test_half_of_a_surrogate_pair_has_no_length() -> None:
    with pytest.raises(PlainValueError, match="half of a surrogate pair"):
        units("a\ud83d")


@pytest.mark.parametrize("key", ["__proto__", "prototype", "constructor", "a\udc00"])
def test_some_keys_name_nothing(key: str) -> None:
    assert key_fault(key)
    assert not key_fault(key + "x") or "\udc00" in key


def test_a_path_has_an_end_and_no_illegal_segments() -> None:
    check_path(["a"] * 16)
    with pytest.raises(OpError, match="17 segments"):
        check_path(["a"] * 17)
    with pytest.raises(OpError, match="constructor"):
        check_path(["a", "constructor"])


@pytest.mark.parametrize(
    ("ops", "merged"),
    [
        pytest.param(
            [Append(TEXT, 0, "He"), Append(TEXT, 2, "l"), Append(TEXT, 3, "lo")],
            [Append(TEXT, 0, "Hello")],
            id="tokens become one append",
        ),
        pytest.param(
            [Append(TEXT, 0, "😀"), Append(TEXT, 2, "x")],
            [Append(TEXT, 0, "😀x")],
            id="lengths are counted in UTF-16 units",
        ),
        pytest.param(
            [Set(TEXT, "He"), Append(TEXT, 2, "llo")],
            [Set(TEXT, "Hello")],
            id="an append joins the set before it",
        ),
        pytest.param(
            [Append(TEXT, 3, "x"), Set(TEXT, "y"), Set(TEXT, "z")],
            [Set(TEXT, "z")],
            id="a set replaces what was before",
        ),
        pytest.param(
            [Append(TEXT, 0, "a"), Set(["chat", "value"], "v"), Append(TEXT, 1, "b")],
            [Append(TEXT, 0, "ab"), Set(["chat", "value"], "v")],
            id="other leaves do not get in the way",
        ),
        pytest.param(
            [Append(TEXT, 0, "a"), Remove(["chat", "data"], 0, 1), Append(TEXT, 0, "b")],
            [Append(TEXT, 0, "a"), Remove(["chat", "data"], 0, 1), Append(TEXT, 0, "b")],
            id="rows that go are a barrier",
        ),
        pytest.param(
            [Set(ITEM, "old first"), Insert(["c", "items"], 0, [{}]), Set(ITEM, "new first")],
            [Set(ITEM, "old first"), Insert(["c", "items"], 0, [{}]), Set(ITEM, "new first")],
            id="a path may mean another item after an insertion",
        ),
        pytest.param(
            [Set(["c", "o", "x"], 1), Set(["c", "o"], {}), Set(["c", "o", "x"], 2)],
            [Set(["c", "o", "x"], 1), Set(["c", "o"], {}), Set(["c", "o", "x"], 2)],
            id="a new container is a barrier",
        ),
        pytest.param(
            [Append(TEXT, 0, "a"), Delete(["chat"]), Append(TEXT, 1, "b")],
            [Append(TEXT, 0, "a"), Delete(["chat"]), Append(TEXT, 1, "b")],
            id="a deletion is a barrier",
        ),
        pytest.param(
            [Append(TEXT, 0, "a"), Append(TEXT, 5, "b")],
            [Append(TEXT, 0, "a"), Append(TEXT, 5, "b")],
            id="a gap stays a gap",
        ),
    ],
)
def test_merge(ops: list[Op], merged: list[Op]) -> None:
    assert merge(ops) == merged


@settings(max_examples=300)
@given(history=steps())
def test_merged_ops_do_what_the_single_ones_do_from_every_position(history: list[Any]) -> None:
    state = PageState()
    ops: list[Op] = []
    copies, images = [twin(state)], [image(state)]
    for step in history:
        for op in ops_of(step, state):
            state.apply([op])
            ops.append(op)
            copies.append(twin(state))
            images.append(image(state))
    for start, copy in enumerate(copies):
        for end in range(start, len(copies), 3):
            undo = copy.apply(travelled(merge(ops[start:end])))
            assert image(copy) == images[end], ops[start:end]
            undo()
        copy.apply(travelled(merge(ops[start:])))
        assert image(copy) == images[-1], ops[start:]
