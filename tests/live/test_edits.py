"""What a handler wrote becomes ops against the page as it is when it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from swell.live.buffer import Buffer
from swell.live.edits import (
    AddCard,
    AppendRow,
    Assign,
    DropCard,
    DropPage,
    Edit,
    Extend,
    Prepend,
    resolve,
)
from swell.live.ops import Append, Delete, Insert, Op, Segment, Set, encoded
from swell.live.state import PageState


def page() -> PageState:
    state = PageState()
    rows = Buffer("list", ["text", "mine"], [(0, ["Hi", True]), (1, ["Hello", False])])
    items = [{"text": {"name": "greeting", "content": "Good"}}]
    state.cards["chat"] = {"view": "chatbot", "title": "Talk", "data": rows}
    state.cards["form"] = {"view": "form", "items": items}
    return state


def by_name(card: Mapping[str, Any]) -> Mapping[str, Sequence[Segment]]:
    """Find the components of a form by their names."""
    return {
        body["name"]: ["items", at, tag]
        for at, item in enumerate(card.get("items", []))
        for tag, body in item.items()
    }


CASES: dict[str, tuple[Edit, list[Op]]] = {
    "a property": (
        Assign("chat", ["title"], "Chat"),
        [Set(["chat", "title"], encoded("Chat"))],
    ),
    "a property that becomes longer": (
        Assign("chat", ["title"], "Talk to us"),
        [Append(["chat", "title"], 4, " to us")],
    ),
    "None removes": (Assign("chat", ["title"], None), [Delete(["chat", "title"])]),
    "a component by its name": (
        Assign("form", ["greeting", "content"], "Good day", by_name=True),
        [Append(["form", "items", 0, "text", "content"], 4, " day")],
    ),
    "the last row": (
        Assign("chat", ["data", -1], ["Hello you", False]),
        [Append(["chat", "data", 1, "text"], 5, " you")],
    ),
    "more text of a row": (
        Extend("chat", ["data", -1, "text"], "!"),
        [Append(["chat", "data", 1, "text"], 5, "!")],
    ),
    "more text of a property": (
        Extend("chat", ["title"], "!"),
        [Append(["chat", "title"], 4, "!")],
    ),
    "a row behind the others": (
        AppendRow("chat", "data", ["Bye", True]),
        [Insert(["chat", "data"], 2, encoded([[2, ["Bye", True]]]))],
    ),
    "items before a list": (
        Prepend("form", "items", [1]),
        [Insert(["form", "items"], 0, encoded([1]))],
    ),
    "items before nothing": (Prepend("form", "older", [1]), [Set(["form", "older"], encoded([1]))]),
    "a card": (
        AddCard("new", {"view": "markdown"}),
        [Set(["new"], encoded({"view": "markdown"}))],
    ),
    "a card that goes": (DropCard("chat"), [Delete(["chat"])]),
    "all cards": (DropPage(), [Delete([])]),
}


@pytest.mark.parametrize("case", CASES)
def test_an_edit_becomes(case: str) -> None:
    edit, ops = CASES[case]
    found = resolve(edit, page(), by_name)
    assert [msgspec.json.encode(op) for op in found] == [msgspec.json.encode(op) for op in ops]


@pytest.mark.parametrize(
    "edit",
    [
        Assign("gone", ["title"], "x"),
        Assign("form", ["nobody", "content"], "x", by_name=True),
        Assign("form", ["items", 7, "text"], "x"),
        Assign("chat", ["colour"], None),
        Extend("chat", ["data", 9, "text"], "x"),
        Extend("chat", ["title"], ""),
        AppendRow("form", "items", ["x"]),
        DropCard("gone"),
    ],
    ids=str,
)
def test_an_edit_whose_target_is_not_there_does_nothing(edit: Edit) -> None:
    assert resolve(edit, page(), by_name) == []


def test_an_empty_page_has_no_cards_to_drop() -> None:
    assert resolve(DropPage(), PageState(), by_name) == []
