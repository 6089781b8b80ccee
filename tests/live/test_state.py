"""PageState: one way to change a page, whole or not at all, and back."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from swell.errors import OpError
from swell.live.buffer import Buffer
from swell.live.ops import Append, Delete, Insert, Op, Remove, Set
from swell.live.state import PageState

from .histories import image, ops_of, steps, travelled, twin

CARD = {"view": "markdown", "box": "1 1 2 2"}
ROWS = {"~b": "list", "f": ["text", "mine"], "r": [[0, ["hi", True]], [1, None]]}


def page(**cards: dict[str, Any]) -> PageState:
    state = PageState()
    state.load({"cards": [[key, {**CARD, **card}] for key, card in cards.items()]})
    return state


def test_a_snapshot_is_loaded_and_dumped_without_loss() -> None:
    state = page(b={"data": ROWS}, a={"items": [{"text": {"content": "x"}}]})
    assert state.to_json()["cards"] == [
        ["b", {**CARD, "data": ROWS}],
        ["a", {**CARD, "items": [{"text": {"content": "x"}}]}],
    ]
    assert isinstance(state.cards["b"]["data"], Buffer)


def test_a_dump_does_not_change_when_the_page_does() -> None:
    state = page(a={"data": ROWS})
    before = state.to_json()
    state.apply([Set(["a", "data", 0, "text"], "new"), Remove(["a", "data"], 1, 1)])
    assert before["cards"][0][1]["data"] == ROWS


@pytest.mark.parametrize(
    "snapshot",
    [
        None,
        [],
        {},
        {"cards": None},
        {"cards": {}},
        {"cards": [["a"]]},
        {"cards": [[1, CARD]]},
        {"cards": [["a", 5]]},
        {"cards": [["a", {}]]},
        {"cards": [["a", CARD], ["a", CARD]]},
        {"cards": [["__proto__", CARD]]},
        {"cards": [["a", {**CARD, "~x": 1}]]},
        {"cards": [["a", {**CARD, "data": {"~b": "list"}}]]},
        {"cards": [["a", {**CARD, "data": {"~b": 1, "f": ["x"], "r": []}}]]},
        {"cards": [["a", {**CARD, "data": {"~b": "list", "f": [[]], "r": []}}]]},
        {"cards": [["a", {**CARD, "data": {"~b": "list", "f": ["x"], "r": [[[], ["y"]]]}}]]},
        {"cards": [["a", {**CARD, "data": {"~b": "list", "f": ["x"], "r": [], "n": "3"}}]]},
    ],
)
def test_a_snapshot_of_another_shape_is_refused_and_changes_nothing(snapshot: Any) -> None:
    state = page(a={"content": "kept"})
    with pytest.raises(OpError):
        state.load(snapshot)
    assert state.cards["a"]["content"] == "kept"


def test_ten_thousand_rows_are_inserted_in_one_go() -> None:
    state = page(a={"data": ROWS})
    count = 10_000  # comparing each row with each would be fifty million comparisons
    state.apply([Insert(["a", "data"], 2, [[i, ["x", False]] for i in range(2, count)])])
    assert len(state.cards["a"]["data"]) == count


@pytest.mark.parametrize("row", [[[], ["x", True]], [{}, None], [None, None], [True, None]])
def test_a_row_is_named_by_a_number_or_a_text(row: list[Any]) -> None:
    state = page(a={"data": ROWS})
    with pytest.raises(OpError):
        state.apply([Insert(["a", "data"], 0, [row])])


def test_rows_that_came_and_went_never_lend_their_ids_to_others() -> None:
    buffer = Buffer("list", ["x"])
    buffer.insert(0, [[0, ["a"]], [1, ["b"]]])
    buffer.remove(1, 1)
    assert buffer.next_id == 2
    undo = buffer.insert(0, [[7, ["c"]]])
    assert buffer.next_id == 8
    undo()
    assert buffer.next_id == 2


@pytest.mark.parametrize(
    "bad",
    [
        Append(["a", "content"], 99, "x"),
        Append(["a", "nothing"], 0, "x"),
        Append(["a", "data", 0, "mine"], 0, "x"),
        Set(["a", "data", 9], ["x", True]),
        Set(["a", "data", 0], ["x"]),
        Set(["nobody", "x"], 1),
        Delete(["a", "nothing"]),
        Delete(["nobody"]),
        Insert(["a", "content"], 0, ["x"]),
        Remove(["a", "data"], 2, 2),
    ],
)
def test_a_frame_with_one_op_that_does_not_fit_changes_nothing(bad: Op) -> None:
    state = page(a={"content": "text", "data": ROWS, "items": [1]}, b={})
    before = json.dumps(state.to_json())
    good: list[Op] = [
        Append(["a", "content"], 4, " more"),
        Append(["a", "data", 0, "text"], 2, "!"),
        Set(["a", "data", 1], ["x", False]),
        Insert(["a", "data"], 0, [[5, None]]),
        Insert(["a", "items"], 1, [2]),
        Set(["c"], {**CARD, "data": ROWS}),
        Delete(["b"]),
    ]
    with pytest.raises(OpError):
        state.apply([*good, bad])
    assert json.dumps(state.to_json()) == before
    state.apply(good)  # and the same ops fit afterwards
    assert state.cards["a"]["data"].rows[1].cells == ["hi!", True]


@settings(max_examples=200)
@given(history=steps())
def test_whatever_is_applied_can_be_taken_back_and_applied_again(history: list[Any]) -> None:
    state, client = PageState(), PageState()
    for step in history:
        before = json.dumps(state.to_json())
        ops = ops_of(step, state)
        undo = state.apply(ops)
        after = json.dumps(state.to_json())
        undo()
        assert json.dumps(state.to_json()) == before, ops
        state.apply(ops)
        assert json.dumps(state.to_json()) == after, ops
        client.apply(travelled(ops))
        assert image(client) == image(state), ops
        assert image(twin(state)) == image(state)


def test_containers_may_come_encoded() -> None:
    state = page(a={})
    state.apply([Set(["a", "items"], msgspec.Raw(b'[{"text":1}]'))])
    state.apply([Set(["a", "items", 0, "text"], 2)])
    assert state.cards["a"]["items"] == [{"text": 2}]
