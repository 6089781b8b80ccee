"""What travels when the inside of a cell changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from swell import data, ui
from swell.live.edits import Assign, Edit, Extend, resolve
from swell.live.inside import diff_inside
from swell.live.ops import Append, Delete, Insert, Op, Path, Remove, Set, encoded, units
from swell.live.page import LivePage
from swell.live.state import PageState
from swell.live.tail import Tail
from swell.page.page import Page
from swell.parts import Reasoning, Text, ToolCall
from swell.settings.table import Settings

AT: Path = ["c", "data", 0, "parts"]


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(**more: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": "1", "name": "look", **more}


@pytest.mark.parametrize(
    ("old", "new", "ops"),
    [
        ([text("a")], [text("a")], []),
        ([text("a")], [text("ab")], [Append([*AT, 0, "text"], 1, "b")]),
        ([text("😀")], [text("😀é")], [Append([*AT, 0, "text"], 2, "é")]),
        ([text("")], [text("a")], [Set([*AT, 0, "text"], "a")]),
        ([text("a")], [text("b")], [Set([*AT, 0, "text"], "b")]),
        ([text("a")], [text("a"), text("b")], [Insert(AT, 1, encoded([text("b")]))]),
        ([text("a")], [text("b"), text("a")], [Insert(AT, 0, encoded([text("b")]))]),
        ([text("a"), text("b")], [text("b")], [Remove(AT, 0, 1)]),
        ([text("a"), text("b")], [text("a")], [Remove(AT, 1, 1)]),
        ([text("a"), text("b")], [], [Remove(AT, 0, 2)]),
        (
            [text("a"), text("b"), text("c")],
            [text("a"), text("bb"), text("c")],
            [Append([*AT, 1, "text"], 1, "b")],
        ),
        (  # one has ended, the next has begun
            [text("a"), text("b")],
            [text("a"), text("b!"), call()],
            [Append([*AT, 1, "text"], 1, "!"), Insert(AT, 2, encoded([call()]))],
        ),
        ([call(state="running")], [call(state="done")], [Set([*AT, 0, "state"], "done")]),
        ([call(state="running")], [call()], [Delete([*AT, 0, "state"])]),
        ([call()], [call(result={"a": 1})], [Set([*AT, 0, "result"], encoded({"a": 1}))]),
        (
            [call(parts=[text("a")])],
            [call(parts=[text("ab")])],
            [Append([*AT, 0, "parts", 0, "text"], 1, "b")],
        ),
        ([text("a")], [call()], [Set([*AT, 0], encoded(call()))]),
        ([1, 2], [1, True], [Set([*AT, 1], True)]),
        ([1], [1.0], [Set([*AT, 0], 1.0)]),
        ([{"constructor": 1}], [{"constructor": 2}], [Set([*AT, 0], encoded({"constructor": 2}))]),
        ([{"__proto__": 1}], [{}], [Set([*AT, 0], encoded({}))]),
        (list(range(9)), list(range(1, 9)), [Remove(AT, 0, 1)]),
        (list(range(9)), list(range(10, 19)), [Set(AT, encoded(list(range(10, 19))))]),
    ],
)
def test_only_what_changed_inside_travels(old: Any, new: Any, ops: list[Op]) -> None:
    assert diff_inside(AT, old, new, lambda _, words: units(words)) == ops


def test_below_the_deepest_path_the_value_is_set() -> None:
    def nested(depth: int, words: str) -> Any:
        value: Any = text(words)
        for _ in range(depth):
            value = call(parts=[value])
        return [value]

    def paths(depth: int) -> list[int]:
        old, new = nested(depth, "long " * 99), nested(depth, "long " * 99 + "!")
        return [len(op.path) for op in diff_inside(AT, old, new, lambda _, words: units(words))]

    assert paths(5) == [16]
    assert paths(6) == [16]
    assert paths(9) == [16]


# ----------------------------------------------------------------------------- through a page


def chat(rows: list[list[Any]] | None = None) -> tuple[Page, LivePage]:
    """Return a page with a chat, and the live page that it writes to."""
    live = LivePage("e", Settings(), lambda _: {})

    class Target:
        state = live.state

        @property
        def tail(self) -> Tail | None:
            return live.tail

        def commit(self, edits: Any) -> bool:
            return live.commit(edits, 0.0)

        def when_due(self, save: Callable[[], None]) -> None:
            save()

        def forget(self) -> None:
            live.forget()

    page = Page(Target())
    page["c"] = ui.chatbot_card(
        "1 1 4 8", "c", data("content from_user parts", t="list", rows=rows or [["", False, None]])
    )
    page.save()
    return page, live


def sent(live: LivePage) -> list[Any]:
    """Return the last patch as it travels to who has all before it."""
    parts: list[Any] = json.loads(live.frame(live.seq - 1))[2:]
    return parts


def parts_of(live: LivePage) -> Any:
    return live.state.to_json()["cards"][0][1]["data"]["r"][0][1][2]


def test_a_row_assigned_again_sends_the_end_of_the_part_that_grew() -> None:
    page, live = chat()
    words = "Thinking 😀 "
    for token in ("about", " it"):
        words += token
        page["c"].data[0] = ["", False, [Text("Before."), Reasoning(words)]]
        page.save()
    assert sent(live)[-1] == [0, units("Thinking 😀 about"), " it"]
    assert parts_of(live)[1]["text"] == words


def test_a_handler_may_change_its_own_list_and_assign_it_again() -> None:
    page, live = chat()
    parts: list[Any] = [Text("a"), {"type": "tool_call", "id": "1", "name": "f", "args": {"q": []}}]
    page["c"].data[0] = ["", False, parts]
    page.save()
    parts[0].text += "b"
    parts[1]["args"]["q"].append("x")
    assert parts_of(live)[0]["text"] == "a"
    page["c"].data[0] = ["", False, parts]
    parts.append("after the assignment")
    page.save()
    assert sent(live)[1:] == [
        [0, 1, "b"],
        ["i", ["c", "data", 0, "parts", 1, "args", "q"], 0, ["x"]],
    ]
    assert len(parts_of(live)) == 2


def test_what_was_sent_does_not_change_afterwards() -> None:
    page, live = chat()
    page["c"].data += ["", False, [Text("a")]]
    page.save()
    page["c"].data[1].parts[0].text += "b"
    page.save()
    [insert, *_] = live._log.after(live.seq - 2)[0].ops
    assert isinstance(insert, Insert)
    assert insert.items == [[1, ["", False, [text("a")]]]]


def test_a_text_inside_may_be_extended_and_a_value_set() -> None:
    page, live = chat([["", False, [text("a"), call()]]])
    page["c"].data[0].parts[0].text += "b"
    page["c"].data[-1].parts[-1].state = "done"
    page["c"].data[0].parts += [Text("c")]
    page["c"].data[0].parts[2].text += "d"
    page.save()
    assert parts_of(live) == [text("ab"), call(state="done"), text("cd")]
    page["c"].data[0].parts[1].state = None
    page["c"].data[0].parts[1].parts = [ToolCall("inner", id="2")]
    page["c"].data[0].parts[1].parts[0].state = "failed"
    page.save()
    inner = {"type": "tool_call", "id": "2", "name": "inner", "state": "failed"}
    assert parts_of(live)[1] == call(parts=[inner])


def test_parts_begin_where_there_are_none() -> None:
    page, live = chat()
    page["c"].data[0].parts += [Text("a")]
    page.save()
    assert parts_of(live) == [text("a")]


def test_a_place_that_is_not_there_has_no_effect() -> None:
    page, live = chat([["", False, [text("a")]]])
    before = live.seq
    page["c"].data[0].parts[7].text += "b"
    page["c"].data[7].parts[0].text += "b"
    page["c"].data[0].parts[7].text = "b"
    page.save()
    assert (live.seq, parts_of(live)) == (before, [text("a")])


def test_a_long_text_is_not_counted_again_for_each_token(monkeypatch: Any) -> None:
    page, live = chat([["", False, [text("é" * 50_000)]]])
    counted: list[int] = []

    def counting(words: str) -> int:
        counted.append(len(words))
        return units(words)

    for module in ("swell.live.buffer", "swell.live.state", "swell.live.page"):
        monkeypatch.setattr(f"{module}.units", counting)
    for _ in range(20):
        page["c"].data[0].parts[0].text += "é"
        page.save()
    assert sum(counted) < 60_000  # the text once, and then only what is new
    assert parts_of(live) == [text("é" * 50_020)]


def test_edits_inside_find_their_place_when_they_are_saved() -> None:
    state = PageState()
    rows = [[0, ["", False, [text("a")]]]]
    fields = ["content", "from_user", "parts"]
    buffer = {"~b": "list", "f": fields, "r": rows}
    state.load({"cards": [["c", {"view": "chatbot", "box": "", "data": buffer}]]})
    cases: list[tuple[Edit, list[Op]]] = [
        (Extend("c", ["data", -1, "parts", "-1", "text"], "b"), [Append([*AT, 0, "text"], 1, "b")]),
        (Assign("c", ["data", 0, "parts", 0], None), [Remove(AT, 0, 1)]),
        (Assign("c", ["data", 0, "parts", 0, "text"], None), [Delete([*AT, 0, "text"])]),
        (Extend("c", ["data", 0, "parts", 0, "text"], [1]), []),
        (Extend("c", ["data", 0, "parts"], "b"), []),
        (Assign("c", ["data", 0, "parts", "x"], 1), []),
        (Assign("c", ["data", 0, "parts", 0, "new", "x"], 1), []),
    ]
    for edit, ops in cases:
        assert resolve(edit, state, lambda _: {}) == ops, edit
