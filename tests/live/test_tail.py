"""The end of a text that is being streamed is looked up once."""

from __future__ import annotations

import pytest

from swell.live.buffer import Buffer
from swell.live.edits import Assign, Extend
from swell.live.state import PageState
from swell.live.tail import Tail, tail_of


def page(kind: str = "list") -> PageState:
    state = PageState()
    rows = Buffer(kind, ["text", "mine"], [(0, ["Hi", True]), (1, ["Hello", False])])
    state.cards["chat"] = {"view": "chatbot", "title": "Talk", "data": rows}
    return state


def tail(edit: Extend | Assign, state: PageState | None = None) -> Tail:
    found = tail_of(edit, state or page())
    assert found is not None
    return found


def test_more_text_is_found_in_its_cell() -> None:
    edit = Extend("chat", ["data", -1, "text"], " you")
    found = tail(edit)
    assert (found.row.id, found.column) == (1, 0)
    assert found.place == ["chat", "data", 1, "text"]
    assert found.added(edit) == (" you", None)


def test_a_row_that_is_assigned_with_a_longer_text_adds_its_end() -> None:
    edit = Assign("chat", ["data", -1], ["Hello you", False])
    assert tail(edit).added(edit) == (" you", "Hello you")


@pytest.mark.parametrize(
    "row",
    [["Goodbye", False], ["Hello", False], ["Hello you", True], ["Hello you"], "Hello you", None],
    ids=["another text", "no more", "another cell", "a cell less", "no row", "nothing"],
)
def test_a_row_that_is_assigned_otherwise_adds_nothing(row: object) -> None:
    found = tail(Extend("chat", ["data", 1, "text"], "!"))
    assert found.added(Assign("chat", ["data", 1], row)) is None


@pytest.mark.parametrize(
    "edit",
    [
        Extend("gone", ["data", 1, "text"], "!"),
        Extend("chat", ["title"], "!"),
        Extend("chat", ["data", 9, "text"], "!"),
        Extend("chat", ["data", 1, "mine"], "!"),
        Extend("chat", ["data", 1, "colour"], "!"),
        Assign("chat", ["data", 1, "text"], "Hello you"),
    ],
    ids=["card", "property", "row", "no text", "field", "one cell"],
)
def test_another_edit_has_no_tail(edit: Extend | Assign) -> None:
    assert tail_of(edit, page()) is None


def test_a_row_that_is_assigned_to_a_cyclic_buffer_is_a_new_one() -> None:
    edit = Assign("chat", ["data", -1], ["Hello you", False])
    assert tail_of(edit, page("cyclic")) is None
