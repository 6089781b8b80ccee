"""The four kinds of buffers: what each way of writing means, and how little of it travels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from swell.errors import RowError
from swell.live import kinds
from swell.live.buffer import Buffer
from swell.live.ops import Append, Delete, Insert, Op, Path, Remove, Set
from swell.live.state import PageState

BASE: Path = ["c", "data"]
A, B, C, D = (["a", 1], ["b", 2], ["c", 3], ["d", 4])

Write = Callable[[Buffer], list[Op]]


def push(row: Any) -> Write:
    return lambda buffer: kinds.append_row(buffer, BASE, row)


def row(key: Any, cells: Any) -> Write:
    return lambda buffer: kinds.write_row(buffer, BASE, key, cells)


def cell(key: Any, field: Any, value: Any) -> Write:
    return lambda buffer: kinds.write_cell(buffer, BASE, key, field, value)


def whole(rows: Any) -> Write:
    return lambda buffer: kinds.write_all(buffer, BASE, rows)


def make(kind: str, *writes: Write) -> PageState:
    """Return a page with a buffer of a kind after some writes."""
    rows: list[Any] = [[i, None] for i in range(3)] if kind == "fixed" else []
    bound = {"n": 3} if kind == "cyclic" else {}
    state = PageState()
    data = {"~b": kind, "f": ["text", "mine"], "r": rows, **bound}
    state.load({"cards": [["c", {"view": "chatbot", "box": "", "data": data}]]})
    for write in writes:
        state.apply(write(state.cards["c"]["data"]))
    return state


def pairs(state: PageState) -> list[Any]:
    return [[row.id, row.cells] for row in state.cards["c"]["data"].rows]


def cells(state: PageState) -> list[Any]:
    return [row.cells for row in state.cards["c"]["data"].rows]


@pytest.mark.parametrize(
    ("kind", "writes", "expected"),
    [
        ("list", [push(A), push(B)], [A, B]),
        ("list", [push(None)], [None]),
        ("list", [row(99, A), row(-99, B), row("k", C)], [A, B, C]),
        ("list", [push(A), row(0, B)], [B]),
        ("list", [push(A), row("0", B)], [B]),
        ("list", [push(A), push(B), row(-1, C), row(-2, D)], [D, C]),
        ("list", [push(A), push(B), row(0, None)], [None, B]),
        ("list", [row(5, None)], []),
        ("list", [push(A), whole([B, C])], [A, B, C]),
        ("list", [push(A), whole([])], [A]),
        ("cyclic", [push(A), push(B), push(C), push(D)], [B, C, D]),
        ("cyclic", [row(0, A), row(0, B), row(-1, C), row("k", D)], [B, C, D]),
        ("cyclic", [push(A), row(0, None)], [A, None]),
        ("cyclic", [whole([A, B, C, D])], [B, C, D]),
        ("cyclic", [whole([A, B]), whole([C, D])], [B, C, D]),
        ("cyclic", [whole([A, B, C]), whole([B, C, D, A])], [C, D, A]),
        ("fixed", [], [None, None, None]),
        ("fixed", [row(1, A), row("2", B)], [None, A, B]),
        ("fixed", [row(-1, A), row(-1, None)], [None, None, None]),
        ("fixed", [whole([A, B, C]), whole([D])], [D, None, None]),
        ("map", [row("b", B), row("a", A)], [A, B]),
        ("map", [row("10", A), row(9, B), row("x", C), row("-1", D)], [D, B, A, C]),
        ("map", [row("a", A), row("a", B)], [B]),
        ("map", [row("a", A), row("a", None), row("b", None)], []),
        ("map", [row("a", A), whole({"c": C, "b": B, "d": None})], [B, C]),
        ("map", [row("a", A), whole({})], []),
    ],
)
def test_writing(kind: str, writes: list[Write], expected: list[Any]) -> None:
    assert cells(make(kind, *writes)) == expected


@pytest.mark.parametrize("kind", ["list", "cyclic", "fixed", "map"])
@pytest.mark.parametrize("field", ["mine", 1])
def test_a_cell_is_written_by_name_or_by_column(kind: str, field: Any) -> None:
    assert cells(make(kind, row(0, A), cell(0, field, 9)))[0] == ["a", 9]


def test_cells_of_rows_that_are_not_there_or_empty_are_left_alone() -> None:
    assert cells(make("list", push(A), cell(7, "text", "x"), cell("k", "text", "x"))) == [A]
    assert cells(make("fixed", cell(0, "text", "x"))) == [None, None, None]


def test_minus_one_is_the_last_row_for_cells_too() -> None:
    assert cells(make("list", push(A), push(B), cell(-1, "text", "z"))) == [A, ["z", 2]]


def test_rows_keep_their_ids_while_others_go() -> None:
    assert pairs(make("cyclic", *map(push, (A, B, C, D)))) == [[1, B], [2, C], [3, D]]
    assert pairs(make("list", push(A), push(B), row(0, C))) == [[0, C], [1, B]]
    assert [id for id, _ in pairs(make("map", row(10, A), row(9, B)))] == ["9", "10"]


@pytest.mark.parametrize(
    ("kind", "before", "write", "ops"),
    [
        ("list", [push(["He", 1])], row(0, ["Hello", 1]), [Append([*BASE, 0, "text"], 2, "llo")]),
        ("list", [push(["😀", 1])], row(-1, ["😀!", 1]), [Append([*BASE, 0, "text"], 2, "!")]),
        ("list", [push(["He", 1])], row(0, ["He", 1]), []),
        ("list", [push(["He", 1])], row(0, ["H", 1]), [Set([*BASE, 0, "text"], "H")]),
        ("list", [push(["", 1])], row(0, ["H", 1]), [Set([*BASE, 0, "text"], "H")]),
        ("list", [push(["a", 1])], row(0, ["a", True]), [Set([*BASE, 0, "mine"], True)]),
        ("list", [push(["a", [1]])], row(0, ["a", [True]]), [Set([*BASE, 0, "mine", 0], True)]),
        ("list", [push(["a", {"x": 1}])], row(0, ["a", {"x": 1}]), []),
        ("list", [push(A)], row(0, None), [Set([*BASE, 0], None)]),
        ("list", [push(A)], push(B), [Insert(BASE, 1, [[1, B]])]),
        ("list", [push(A)], cell(0, 0, "ab"), [Append([*BASE, 0, "text"], 1, "b")]),
        ("map", [row("k", A)], row("k", ["ab", 1]), [Append([*BASE, "k", "text"], 1, "b")]),
        ("map", [row("k", A)], row("k", None), [Delete([*BASE, "k"])]),
        ("fixed", [row(1, A)], whole([None, ["ab", 1]]), [Append([*BASE, 1, "text"], 1, "b")]),
        (
            "cyclic",
            [whole([A, B, C])],
            push(D),
            [Remove(BASE, 0, 1), Insert(BASE, 2, [[3, D]])],
        ),
    ],
)
def test_only_what_changed_travels(
    kind: str, before: list[Write], write: Write, ops: list[Op]
) -> None:
    assert write(make(kind, *before).cards["c"]["data"]) == ops


@pytest.mark.parametrize(
    ("kind", "write", "message"),
    [
        ("map", push(A), "needs a list or cyclic buffer, this is a map one"),
        ("fixed", push(A), "needs a list or cyclic buffer, this is a fixed one"),
        ("fixed", row(3, A), "slot 3 is not in this fixed buffer of 3 slots"),
        ("fixed", row("k", A), "slot 'k' is not in"),
        ("fixed", whole([A, B, C, D]), "4 rows for a fixed buffer of 3 slots"),
        ("list", whole({"a": A}), "takes a list of rows, got a dict"),
        ("list", cell(0, "txet", 1), "no field 'txet'; fields are 'text mine'"),
        ("list", cell(0, 2, 1), "no field 2"),
    ],
)
def test_what_does_not_suit_the_kind_names_card_and_buffer(
    kind: str, write: Write, message: str
) -> None:
    with pytest.raises(RowError, match=message) as refused:
        write(make(kind).cards["c"]["data"])
    assert (refused.value.card, refused.value.buffer) == ("c", "data")
