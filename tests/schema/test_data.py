"""`data()`: which buffer comes of which arguments, by Wave's rules."""

from __future__ import annotations

from typing import Any

import pytest

from swell import Data, data, pack
from swell.errors import PlainValueError, RowError

F = "a b"
ROW = [1, 2]
ONE = [ROW]
KEYED = {"k": ROW}


def buffer(*args: Any, **kwargs: Any) -> Data:
    made = data(F, *args, **kwargs)
    assert isinstance(made, Data)
    return made


@pytest.mark.parametrize(
    ("arguments", "kind", "capacity", "wire"),
    [
        # With rows, the first rule that matches decides, and their number is the capacity.
        ({"rows": ONE, "t": "list"}, "list", 0, {"l": {"f": ["a", "b"], "d": ONE}}),
        ({"rows": ONE, "t": "list", "size": -5}, "list", 0, {"l": {"f": ["a", "b"], "d": ONE}}),
        ({"rows": KEYED}, "map", 0, {"m": {"f": ["a", "b"], "d": KEYED}}),
        ({"rows": KEYED, "size": 5}, "map", 0, {"m": {"f": ["a", "b"], "d": KEYED}}),
        ({"rows": KEYED, "t": "map"}, "map", 0, {"m": {"f": ["a", "b"], "d": KEYED}}),
        ({"rows": ONE, "t": "cyclic"}, "cyclic", 1, {"c": {"f": ["a", "b"], "d": ONE}}),
        ({"rows": ONE, "size": -10}, "cyclic", 1, {"c": {"f": ["a", "b"], "d": ONE}}),
        ({"rows": ONE}, "fixed", 1, {"f": {"f": ["a", "b"], "d": ONE}}),
        ({"rows": ONE, "size": 5}, "fixed", 1, {"f": {"f": ["a", "b"], "d": ONE}}),
        ({"rows": ONE, "t": "fixed"}, "fixed", 1, {"f": {"f": ["a", "b"], "d": ONE}}),
        ({"rows": ONE, "t": "unknown"}, "fixed", 1, {"f": {"f": ["a", "b"], "d": ONE}}),
        ({"columns": [[1], [2]]}, "fixed", 1, {"f": {"f": ["a", "b"], "d": ONE}}),
        # Without rows.
        ({"t": "list"}, "list", 0, {"l": {"f": ["a", "b"], "n": 0}}),
        ({"t": "list", "size": 5}, "list", 0, {"l": {"f": ["a", "b"], "n": 5}}),
        ({"t": "map", "size": 5}, "map", 0, {"m": {"f": ["a", "b"]}}),
        ({}, "map", 0, {"m": {"f": ["a", "b"]}}),
        ({"rows": []}, "map", 0, {"m": {"f": ["a", "b"]}}),
        ({"rows": {}}, "map", 0, {"m": {"f": ["a", "b"]}}),
        ({"t": "cyclic"}, "map", 0, {"m": {"f": ["a", "b"]}}),
        ({"t": "fixed"}, "map", 0, {"m": {"f": ["a", "b"]}}),
        ({"size": -5}, "cyclic", 5, {"c": {"f": ["a", "b"], "n": 5}}),
        ({"size": -5, "t": "fixed"}, "cyclic", 5, {"c": {"f": ["a", "b"], "n": 5}}),
        ({"size": 5, "t": "cyclic"}, "cyclic", 10, {"c": {"f": ["a", "b"], "n": -5}}),
        ({"size": 5}, "fixed", 5, {"f": {"f": ["a", "b"], "n": 5}}),
        ({"size": 5, "t": "unknown"}, "fixed", 5, {"f": {"f": ["a", "b"], "n": 5}}),
    ],
)
def test_kind_and_capacity(
    arguments: dict[str, Any], kind: str, capacity: int, wire: dict[str, Any]
) -> None:
    made = buffer(**arguments)
    assert (made.kind, made.capacity) == (kind, capacity)
    assert made.dump() == wire


@pytest.mark.parametrize("fields", ["a b", " a  b ", "a\tb", ["a", "b"], ("a", "b")])
def test_fields_are_words_or_a_list(fields: Any) -> None:
    assert Data(fields).fields == ("a", "b")


def test_rows_win_over_columns() -> None:
    assert buffer(rows=[[1, 2]], columns=[[3], [4]]).rows == [[1, 2]]


@pytest.mark.parametrize(
    ("made", "rows"),
    [
        (lambda: buffer(t="list", rows=[(1, 2), [3, 4]]), [[0, [1, 2]], [1, [3, 4]]]),
        (lambda: buffer(3), [[0, None], [1, None], [2, None]]),
        (lambda: buffer(rows=[[1, 2], None]), [[0, [1, 2]], [1, None]]),
        (lambda: buffer(-3), []),
        (lambda: buffer(-9, rows=[[1, 2]]), [[0, [1, 2]]]),
        (
            lambda: buffer(rows={10: [1, 2], 9: [3, 4], "x": None}),
            [["9", [3, 4]], ["10", [1, 2]]],
        ),
    ],
)
def test_the_first_rows(made: Any, rows: list[Any]) -> None:
    assert made().to_buffer().to_json()["r"] == rows


def test_rows_are_copied() -> None:
    rows = [[1, {"x": 1}]]
    made = buffer(rows=rows, t="list")
    rows[0][1]["x"] = 2  # type: ignore[index]
    assert made.rows == [[1, {"x": 1}]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: data(""), "fields is empty"),
        (lambda: data("  "), "fields is empty"),
        (lambda: data([]), "fields is empty"),
        (lambda: data(5), "fields must be tuple or list"),  # type: ignore[call-overload]
        (lambda: data(["a", 5]), "field must be str"),  # type: ignore[list-item]
        (lambda: data(["a", ""]), "field cannot be empty str"),
        (lambda: data("a a"), "fields must differ"),
        (lambda: data("a constructor"), "means something else to a browser"),
        (lambda: data(["a", "\ud800"]), "half of a surrogate pair"),
        (lambda: buffer(rows=((1, 2),)), "rows must be list or dict"),
        (lambda: buffer(2.0), "size must be int"),
        (lambda: buffer("3"), "size must be int"),
        (lambda: buffer(rows=ONE, t="map"), "rows must be a dict for a map buffer"),
        (lambda: buffer(rows=KEYED, t="list"), "rows must be a list for a list buffer"),
        (lambda: data(F, pack=True), "either rows or columns must be provided"),
        (lambda: data(F, rows=KEYED, pack=True), "rows must be a list"),
        (lambda: data(F, columns=((1,),), pack=True), "columns must be a list"),
    ],
)
def test_arguments_that_cannot_be_used(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1]], r"buffer 'data\[0\]': expected 2 cells \(a b\), got 1: \[1\]"),
        ([[1, 2], [1, 2, 3]], r"data\[1\].*expected 2 cells"),
        ([5], "a row is a list of 2 cells, got int"),
        ([{"a": 1, "b": 2}], "got dict"),
        ({"k": [1]}, r"data\['k'\]"),
    ],
)
def test_a_row_that_does_not_fit_is_named(rows: Any, message: str) -> None:
    with pytest.raises(RowError, match=message):
        buffer(rows=rows, t="map" if isinstance(rows, dict) else "list")


def test_a_row_key_that_no_browser_can_have_is_refused() -> None:
    with pytest.raises(KeyError, match="cannot name a row"):
        buffer(rows={"__proto__": [1, 2]})


@pytest.mark.parametrize("cell", [float("nan"), {1}, b"x", 2**53, "\udc00", object()])
def test_a_cell_without_a_json_form_is_named(cell: Any) -> None:
    with pytest.raises(PlainValueError, match=r"data\[0\].b"):
        buffer(rows=[[1, cell]])


def test_packed_data_is_a_string() -> None:
    assert data(F, rows=[[1, "x"]], pack=True) == 'rows:[["a","b"],[[1,"x"]]]'
    assert data(F, columns=[[1], ["x"]], pack=True) == 'cols:[["a","b"],[[1],["x"]]]'
    assert data(F, 5, rows=[[1, 2]], t="map", pack=True) == 'rows:[["a","b"],[[1,2]]]'
    assert pack({"x": [1, None]}) == 'data:{"x":[1,null]}'
    with pytest.raises(PlainValueError):
        pack(float("inf"))
