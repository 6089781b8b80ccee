"""Rows in order, each found by its id; each edit can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from swell.errors import OpError
from swell.live.buffer import Buffer, own


@pytest.fixture
def talk() -> Buffer:
    return Buffer("list", ["text", "mine"], [(0, ["Hi", True]), (1, ["Hello", False])])


def rows(buffer: Buffer) -> list[Any]:
    found: list[Any] = buffer.to_json()["r"]
    return found


def test_it_travels_as_json_and_back(talk: Buffer) -> None:
    sent = talk.to_json()
    assert sent == {
        "~b": "list",
        "f": ["text", "mine"],
        "r": [[0, ["Hi", True]], [1, ["Hello", False]]],
    }
    assert Buffer.from_json(sent).to_json() == sent
    assert "n" in Buffer("cyclic", ["text"], capacity=3).to_json()


def test_a_row_is_found_by_its_id_wherever_it_stands(talk: Buffer) -> None:
    talk.insert(0, [["first", ["Good day", True]]])
    row = talk.find("first")
    assert row is not None
    assert row.cells == ["Good day", True]
    assert (talk.position("first"), talk.position(1)) == (0, 2)
    assert talk.find(7) is None


def test_ids_are_never_given_again(talk: Buffer) -> None:
    talk.remove(1, 1)
    assert talk.next_id == 2


EDITS = {
    "insert": lambda talk: talk.insert(1, [[2, ["New", True]]]),
    "remove": lambda talk: talk.remove(0, 2),
    "set_row": lambda talk: talk.set_row(0, None),
    "set_cell": lambda talk: talk.set_cell(0, "text", {"a": 1}),
    "append": lambda talk: talk.append(1, "text", 5, " there"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_taken_back(talk: Buffer, edit: str) -> None:
    before, next_id = rows(talk), talk.next_id
    undo = EDITS[edit](talk)
    assert rows(talk) != before
    undo()
    assert (rows(talk), talk.next_id) == (before, next_id)


def test_text_is_appended_at_its_length_in_utf16(talk: Buffer) -> None:
    talk.append(0, "text", 2, "\N{GRINNING FACE}")
    talk.append(0, "text", 4, "!")
    assert rows(talk)[0] == [0, ["Hi\N{GRINNING FACE}!", True]]
    with pytest.raises(OpError, match="another length"):
        talk.append(0, "text", 4, "?")


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda talk: talk.insert(3, []), "insert at 3 of 2 rows"),
        (lambda talk: talk.insert(0, [[1, ["x", True]]]), "row 1 is there already"),
        (lambda talk: talk.insert(0, [[2, ["x", True]], [2, ["y", True]]]), "row 2 is there"),
        (lambda talk: talk.insert(0, [[2, ["x"]]]), "a row needs 2 cells"),
        (lambda talk: talk.insert(0, [["__proto__", ["x", True]]]), "cannot name a row"),
        (lambda talk: talk.remove(1, 2), "remove 2 at 1 of 2 rows"),
        (lambda talk: talk.set_cell(0, "colour", 1), "has no cell 'colour'"),
        (lambda talk: talk.set_row(9, None), "there is no row 9"),
    ],
    ids=["place", "id", "twice", "cells", "name", "count", "field", "row"],
)
def test_an_edit_that_does_not_fit_changes_nothing(talk: Buffer, edit: Any, why: str) -> None:
    before = rows(talk)
    with pytest.raises(OpError, match=why):
        edit(talk)
    assert rows(talk) == before


@pytest.mark.parametrize(
    "value",
    [{}, {"~b": "list", "f": "text", "r": []}, {"~b": "list", "f": ["a", "a"], "r": []}],
    ids=["kind", "fields", "names"],
)
def test_what_is_no_buffer_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(OpError):
        Buffer.from_json(value)


def test_a_copy_shares_nothing_that_can_change() -> None:
    given = {"a": [1, {"b": 2}]}
    kept = own(given)
    given["a"][1]["b"] = 3  # type: ignore[index]
    assert kept == {"a": [1, {"b": 2}]}
