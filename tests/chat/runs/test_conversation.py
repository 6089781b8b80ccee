"""The conversation as models take it: roles alternate, and pictures come before the question."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from swell import ui
from swell.chat.records import Message
from swell.chat.runs.conversation import PictureFile, read_pictures, told
from swell.parts import Card, Image, Part, Reasoning, Table, Text
from swell.storage.base import Content
from swell.storage.directory import DirectoryStorage

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n and more"


def said(role: Literal["user", "assistant"], *parts: Part) -> Message:
    return Message("id", "thread", None, role, list(parts), "done", 0.0)


def test_roles_alternate_and_the_person_begins() -> None:
    messages = [
        said("assistant", Text("Welcome.")),
        said("user", Text("Hi")),
        said("assistant"),  # a failed answer
        said("user", Text("Hi again")),
        said("assistant", Text("Hello")),
    ]
    assert told(messages, {}) == [
        {"role": "user", "content": "Hi\n\nHi again"},
        {"role": "assistant", "content": "Hello"},
    ]


def test_thoughts_are_not_told() -> None:
    thought = said("assistant", Reasoning("hmm", done=True), Text("Four."))
    assert told([said("user", Text("2 + 2?")), thought], {})[1]["content"] == "Four."


def test_a_table_is_told_a_long_one_without_its_end() -> None:
    question = said("user", Text("Which?"))
    short = said("assistant", Text("These:"), Table(["n"], [[1], [2]]))
    content = "These:\n\n| n |\n| --- |\n| 1 |\n| 2 |"
    assert told([question, short], {})[1]["content"] == content
    long = said("assistant", Table(["n"], [[n] for n in range(1_000)]))
    lines = told([question, long], {})[1]["content"].splitlines()
    assert (lines[-3], lines[-1]) == ("| 199 |", "[800 more rows]")


def test_a_card_is_told_in_words() -> None:
    asked = Card([ui.text("Which size?"), ui.text("**Large**"), ui.button("go", "Go")])
    conversation = [said("user", Text("A coffee")), said("assistant", asked)]
    assert told(conversation, {})[1]["content"] == "Which size?\n\n**Large**\n\nGo"


def test_a_picture_comes_before_the_question_and_one_without_bytes_is_named() -> None:
    picture: dict[str, Any] = {"type": "image", "of": "a"}
    prompt = said("user", Text("What is it?"), Image("/a.png", alt="A"), Image("/b.png", alt="B"))
    [turn] = told([prompt], {"/a.png": picture})
    name, shown, rest = turn["content"]
    assert (name["type"], shown) == ("text", picture)
    assert "A" in name["text"]
    assert rest["text"].startswith("What is it?")
    assert "B" in rest["text"]


async def test_a_picture_is_what_its_bytes_say(tmp_path: Any) -> None:
    files, storage = [], DirectoryStorage(tmp_path)
    for name, content in (("a.jpg", PNG), ("b.png", b"no picture"), ("c.png", None)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        files.append(PictureFile(f"/{name}", name, Content(storage, name)))
    found = await read_pictures(files)
    assert {url: picture.mime for url, picture in found.items()} == {"/a.jpg": "image/png"}
    assert await read_pictures([]) == {}
