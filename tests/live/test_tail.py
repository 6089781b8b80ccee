"""The end of a text that is being streamed is looked up once."""

from __future__ import annotations

import pytest

from swell.live.buffer import Buffer
from swell.live.edits import AddCard, Assign, Edit, Extend, Grow
from swell.live.page import LivePage
from swell.live.tail import Tail
from swell.settings.table import Settings


def page(kind: str = "list") -> LivePage:
    live = LivePage("e", Settings(), lambda _: {})
    rows = Buffer(kind, ["text", "mine"], [(0, ["Hi", True]), (1, ["Hello", False])], capacity=2)
    live.commit([AddCard("chat", {"view": "chatbot", "box": "", "title": "T", "data": rows})], 0.0)
    return live


def grown(live: LivePage, edit: Edit) -> Tail:
    live.commit([edit], 0.0)
    assert live.tail is not None
    return live.tail


def text(live: LivePage) -> object:
    return live.state.to_json()["cards"][0][1]["data"]["r"][-1][1][0]


ASSIGN = Assign("chat", ["data", -1], ["Hello you", False], plain=True)
EXTEND = Extend("chat", ["data", -1, "text"], " you", plain=True)


def test_the_text_that_grew_is_known_until_the_next_save_of_another_kind() -> None:
    live = page()
    assert live.tail is None
    tail = grown(live, EXTEND)
    assert (tail.place, tail.cells) == (["chat", "data", 1, "text"], ["Hello you", False])
    live.commit([Assign("chat", ["title"], "Talk")], 0.0)
    assert live.tail is None


def test_more_text_is_appended_where_it_stands() -> None:
    live = page()
    grow = grown(live, EXTEND).extended("chat", ("data", -1, "text"), " 😀")
    assert grow is not None
    assert (grow.at, grow.text, grow.units) == (9, " 😀", 3)
    live.commit([grow], 0.0)
    assert text(live) == "Hello you 😀"
    assert live.frame(live.seq - 1).endswith('5," you 😀"]]'.encode())


def test_a_row_that_is_assigned_with_a_longer_text_appends_its_end() -> None:
    live = page()
    grow = grown(live, ASSIGN).assigned("chat", ("data", -1), ["Hello you two", False])
    assert grow is not None
    assert grow.text == " two"
    live.commit([grow], 0.0)
    assert text(live) == "Hello you two"


@pytest.mark.parametrize(
    "row",
    [["Goodbye", False], ["Hello you", False], ["Hello you!", True], ["Hello you!"], [1, False]],
    ids=["another text", "no more", "another cell", "a cell less", "a number"],
)
def test_a_row_that_is_assigned_otherwise_is_another_edit(row: list[object]) -> None:
    assert grown(page(), ASSIGN).assigned("chat", ("data", -1), row) is None


@pytest.mark.parametrize(
    ("key", "path"),
    [("other", ("data", -1)), ("chat", ("rows", -1)), ("chat", ("data", 0)), ("chat", ("data", 1))],
    ids=["card", "property", "row", "another name of the row"],
)
def test_another_place_is_another_edit(key: str, path: tuple[str, int]) -> None:
    assert grown(page(), ASSIGN).assigned(key, path, ["Hello you two", False]) is None


def test_a_key_of_another_type_is_another_place() -> None:
    live = page()
    tail = grown(live, Assign("chat", ["data", 1], ["Hello you", False], plain=True))
    assert tail.assigned("chat", ("data", 1), ["Hello you two", False]) is not None
    assert tail.assigned("chat", ("data", True), ["Hello you two", False]) is None


@pytest.mark.parametrize("tail", ["", "\ud83d"], ids=["nothing", "half a character"])
def test_what_is_no_more_text_is_another_edit(tail: str) -> None:
    assert grown(page(), EXTEND).extended("chat", ("data", -1, "text"), tail) is None


@pytest.mark.parametrize(
    "edit",
    [
        Extend("chat", ["title"], "!"),
        Assign("chat", ["data", 1, "text"], "Hello you"),
        Assign("chat", ["data", 1], ["Hello you", False]),
    ],
    ids=["property", "one cell", "a row with a cell that has a type"],
)
def test_another_edit_leaves_no_tail(edit: Edit) -> None:
    live = page()
    live.commit([edit], 0.0)
    assert live.tail is None


def test_a_row_that_is_assigned_to_a_cyclic_buffer_is_a_new_one() -> None:
    live = page("cyclic")
    live.commit([ASSIGN], 0.0)
    assert live.tail is None


def test_of_two_edits_for_the_same_text_each_does_what_it_says() -> None:
    live = page()
    tail = grown(live, ASSIGN)
    edits = [tail.assigned("chat", ("data", -1), [f"Hello you{end}", False]) for end in ("r", "rs")]
    live.commit([edit for edit in edits if edit is not None], 0.0)
    assert text(live) == "Hello yours"


@pytest.mark.parametrize(
    "other",
    [
        Assign("chat", ["data", -1], ["Bye", False], plain=True),
        Extend("chat", ["data", -1, "text"], "?", plain=True),
    ],
    ids=["replaced", "grown"],
)
def test_a_text_that_another_save_has_changed_is_assigned_as_a_whole(other: Edit) -> None:
    live = page()
    grow = grown(live, ASSIGN).assigned("chat", ("data", -1), ["Hello you two", False])
    assert isinstance(grow, Grow)
    live.commit([other], 0.0)
    live.commit([grow], 0.0)
    assert text(live) == "Hello you two"


def test_a_row_that_came_since_is_the_last_one() -> None:
    live = page()
    grow = grown(live, EXTEND).extended("chat", ("data", -1, "text"), "!")
    assert grow is not None
    live.commit([Assign("chat", ["data", 2], ["New", False])], 0.0)
    live.commit([grow], 0.0)
    assert text(live) == "New!"
