"""Parts of messages: what is taken, what is refused, and their one JSON form."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import msgspec
import pytest

from swell import parts, ui
from swell.errors import PartError, RowError
from swell.parts import (
    Card,
    Chart,
    File,
    Image,
    Incomplete,
    Part,
    Reasoning,
    Source,
    Table,
    Text,
    ToolCall,
    as_json,
    base,
    to_parts,
)
from swell.parts.base import decoded, part_types

ALL: list[tuple[Part, dict[str, Any]]] = [
    (Text("*Hi*"), {"type": "text", "text": "*Hi*"}),
    (
        Reasoning("Hm.", seconds=1.5, done=True),
        {"type": "reasoning", "text": "Hm.", "seconds": 1.5, "done": True},
    ),
    (
        ToolCall("look", {"at": [1]}, "done", "a *cat*", [Text("inside")], id="c1"),
        {
            "type": "tool_call",
            "id": "c1",
            "name": "look",
            "args": {"at": [1]},
            "state": "done",
            "result": "a *cat*",
            "parts": [{"type": "text", "text": "inside"}],
        },
    ),
    (
        Source("Atlas", "https://example.com", "p. 3", 2),
        {
            "type": "source",
            "title": "Atlas",
            "url": "https://example.com",
            "quote": "p. 3",
            "index": 2,
        },
    ),
    (
        File("a.csv", "/a.csv", 12, "text/csv"),
        {"type": "file", "name": "a.csv", "url": "/a.csv", "size": 12, "mime": "text/csv"},
    ),
    (
        Image("/cat.png", "A cat", 640, 480),
        {"type": "image", "url": "/cat.png", "alt": "A cat", "width": 640, "height": 480},
    ),
    (
        Table(["a", "b"], [[1, None], ["x", True]]),
        {"type": "table", "columns": ["a", "b"], "rows": [[1, None], ["x", True]]},
    ),
    (
        Chart({"mark": "bar", "data": {"values": [{"a": 1}]}}, alt="Bars"),
        {
            "type": "chart",
            "spec": {"mark": "bar", "data": {"values": [{"a": 1}]}},
            "alt": "Bars",
        },
    ),
    (
        Card([ui.button("go", "Go")]),
        {"type": "card", "items": [{"button": {"name": "go", "label": "Go"}}]},
    ),
    (Incomplete("length"), {"type": "incomplete", "reason": "length"}),
]


def test_here_is_one_of_each() -> None:
    assert {type(part) for part, _ in ALL} == set(part_types().values())


@pytest.mark.parametrize(("part", "json"), ALL, ids=lambda value: type(value).__name__)
def test_a_part_has_one_json_form(part: Part, json: dict[str, Any]) -> None:
    assert part.dump() == json
    assert as_json([part]) == as_json([json]) == [json]
    assert to_parts([part]) == to_parts([json]) == [part]
    assert msgspec.json.decode(msgspec.json.encode([part])) == [json]
    assert decoded(msgspec.json.encode(json).decode()) == part


def test_what_is_at_its_default_is_left_out() -> None:
    assert as_json([ToolCall("look", id="c1"), Reasoning("Hm.")]) == [
        {"type": "tool_call", "id": "c1", "name": "look"},
        {"type": "reasoning", "text": "Hm."},
    ]


def test_a_tool_call_needs_only_its_name_and_one_with_a_result_is_done() -> None:
    first = ToolCall("search", {"city": "Lisbon"}, result="Sunny.")
    assert (first.name, first.state) == ("search", "done")
    assert ToolCall("search").state == "running"
    assert ToolCall("search", state="failed", result="Timed out.").state == "failed"
    assert first.id != ToolCall("search", {"city": "Lisbon"}, result="Sunny.").id
    [json] = as_json([first])
    assert json["id"] == first.id


def test_a_text_is_a_part() -> None:
    assert to_parts("Hello") == to_parts(["Hello"]) == [Text("Hello")]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (3, r"parts: Expected a list of parts, got `int`"),
        ([3], r"parts\[0\]: Expected a part, got `int`"),
        ([ui.text("Hi")], r"parts\[0\]: Expected a part, got `.*Text`"),
        (["a", {"text": "b"}], r"parts\[1\]\.type: Expected one of .*`text`, .*got `None`"),
        ([{"type": "tool-call"}], r"did you mean `tool_call`\?"),
        ([{"type": "file", "name": "a"}], r"parts\[0\]\.url: `File` needs `url`, it is missing"),
        ([Text("a"), Text(7)], r"parts\[1\]\.text: Expected `str`, got `int`"),  # type: ignore[arg-type]
        ([{"type": "text", "text": "a", "colour": 1}], r"`Text` has no property `colour`"),
        ([Source("a", index=-1)], r"parts\[0\]\.index: Expected `int` >= 0, got -1"),
        ([Table(["a"], [[{1}]])], r"parts\[0\]\.rows\[0\]\[0\]: expected a plain JSON value"),
        ([Card([ui.text(3)])], r"parts\[0\]\.items\[0\]\.text\.content: Expected `str`"),  # type: ignore[arg-type]
        (
            [ToolCall("f", parts=[{"type": "text"}], id="1")],  # type: ignore[list-item]
            r"parts\[0\]\.parts\[0\]\.text: `Text` needs `text`",
        ),
    ],
)
def test_what_is_no_part_is_refused_with_its_place(parts: Any, message: str) -> None:
    with pytest.raises(PartError, match=message):
        as_json(parts)


def test_a_part_that_holds_itself_is_refused() -> None:
    call = ToolCall("f", id="1")
    call.parts.append(call)
    with pytest.raises(PartError, match="at most 8 levels of parts"):
        as_json([call])


def test_parts_are_copied() -> None:
    args = {"q": ["a"]}
    [part] = as_json([ToolCall("f", args, id="1")])
    args["q"].append("b")
    assert part["args"] == {"q": ["a"]}


def test_the_error_of_a_row_names_the_part() -> None:
    assert issubclass(PartError, ValueError)
    assert PartError.code != RowError.code


@pytest.mark.parametrize("cls", part_types().values(), ids=lambda cls: cls.__name__)
def test_every_part_can_be_read_as_markdown(cls: type[Part]) -> None:
    part = next(part for part, _ in ALL if type(part) is cls)
    assert part.as_markdown().strip()


def test_a_model_is_told_what_an_answer_says_and_not_how_it_was_made() -> None:
    told = {type(part).__name__: part.as_prompt() for part, _ in ALL}
    silent = {name for name, said in told.items() if not said}
    assert silent == {"Reasoning", "ToolCall", "Source", "Incomplete"}
    assert told["File"].startswith("[file: ")
    assert told["Image"].startswith("[image: ")


POLL = '''
"""Poll: a question with answers to choose from."""

from swell.parts.base import Part


class Poll(Part, tag="poll"):
    question: str
    options: list[str]
'''


def test_a_module_in_the_folder_is_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "poll.py").write_text(POLL)
    monkeypatch.setattr(parts, "__path__", [*parts.__path__, str(tmp_path)])
    for cached in (base.part_types, base.part_union, base._decoder, base._kinds_by_name):
        monkeypatch.setattr(base, cached.__name__, functools.cache(cached.__wrapped__))
    poll = {"type": "poll", "question": "When?", "options": ["Now", "Later"]}
    [part] = to_parts([poll])
    assert as_json([part]) == [poll]
    assert type(decoded(msgspec.json.encode(poll).decode())).__name__ == "Poll"
    assert '"question":"When?"' in part.as_markdown()  # nothing vanishes
    with pytest.raises(PartError, match="question"):
        to_parts([{"type": "poll", "options": []}])
