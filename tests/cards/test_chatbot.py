"""Chatbot card: what it takes for messages, and its properties."""

from __future__ import annotations

from typing import Any

import pytest

from swell import Data, data, pack, ui
from swell.cards.base import check_card, check_property
from swell.cards.chatbot import ChatbotCard
from swell.errors import CardError, PlainValueError, RowError
from swell.live.edits import Assign, Prepend
from swell.page.page import Page
from swell.parts import Reasoning, Text

CARD = {"view": "chatbot", "box": "1 1 4 8", "name": "bot"}


def put(messages: Any, **properties: Any) -> dict[str, Any]:
    return check_card("chat", ui.chatbot_card("1 1 4 8", "bot", messages, **properties))


def test_all_properties_travel() -> None:
    checked = put(
        data("content from_user", t="list"),
        placeholder="Ask",
        events=["stop", "scroll_up", "feedback", "suggestion"],
        generating=True,
        suggestions=[ui.chat_suggestion("a", "Ask A", caption="first", icon="Add")],
        disabled=False,
        value="Hello",
        commands=[ui.command("clear", label="Clear")],
    )
    del checked["data"]
    assert checked == {
        **CARD,
        "placeholder": "Ask",
        "events": ["stop", "scroll_up", "feedback", "suggestion"],
        "generating": True,
        "suggestions": [{"name": "a", "label": "Ask A", "caption": "first", "icon": "Add"}],
        "disabled": False,
        "value": "Hello",
        "commands": [{"name": "clear", "label": "Clear"}],
    }


@pytest.mark.parametrize("fields", ["content from_user", "msg fromUser", "id from_user content"])
def test_a_buffer_with_either_spelling_is_taken(fields: str) -> None:
    rows = data(fields, size=-10)
    assert put(rows)["data"] is rows


@pytest.mark.parametrize("fields", ["content", "from_user", "text from_user", "content user"])
def test_a_buffer_without_the_two_fields_is_refused(fields: str) -> None:
    expected = f"a buffer with the fields `content from_user`, got `{fields}` - at `\\$\\.data`"
    with pytest.raises(CardError, match=expected):
        put(data(fields))


@pytest.mark.parametrize(
    "messages",
    [
        [{"content": "Hi", "from_user": True}, {"content": "Yes?"}],
        [{"msg": "Hi", "fromUser": 1}, {"msg": "Yes?", "fromUser": False, "mood": 7}],
        [["Hi", True], ("Yes?", False)],
        pack([{"content": "Hi", "from_user": True}, {"content": "Yes?", "from_user": False}]),
        data("content from_user", rows=[["Hi", True], ["Yes?", False]], pack=True),
        data("content from_user", columns=[["Hi", "Yes?"], [True, False]], pack=True),
    ],
)
def test_messages_in_other_forms_become_a_list_buffer(messages: Any) -> None:
    rows = put(messages)["data"]
    assert isinstance(rows, Data)
    assert (rows.kind, rows.fields) == ("list", ("content", "from_user"))
    assert rows.rows == [["Hi", True], ["Yes?", False]]


def test_one_message_as_a_dict_becomes_a_list_buffer() -> None:
    rows = put({"content": "Hi", "from_user": True})["data"]
    assert (rows.kind, rows.rows) == ("list", [["Hi", True]])


def test_a_dict_of_rows_becomes_a_map_buffer() -> None:
    rows = put({"1": ["Hi", True], "2": {"content": "Yes?"}})["data"]
    assert (rows.kind, rows.rows) == ("map", {"1": ["Hi", True], "2": ["Yes?", False]})


@pytest.mark.parametrize("nothing", [[], {}, "data:[]", 'rows:[["content","from_user"],[]]'])
def test_no_messages_become_an_empty_list_buffer(nothing: Any) -> None:
    rows = put(nothing)["data"]
    assert (rows.kind, rows.rows) == ("list", [])


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        (None, r"`ChatbotCard` needs `data`, got `None`"),
        (7, r"Expected `data\(.*\)` or a list of messages, got `int` - at `\$\.data`"),
        ("Hi", r"Expected a packed string .*, got 'Hi' - at `\$\.data`"),
        ("data:[", r"Expected JSON after `data:`"),
        ('rows:[["content","from_user"],[["Hi"]]]', r"2 cells \(content from_user\), got 1"),
        ('cols:[["content","from_user"],[["Hi"],[]]]', r"columns of one length"),
        ("rows:3", r"Expected `\[fields, rows\]`"),
        (["Hi"], r'Expected `{"content": str.*got \'Hi\' - at `\$\.data\[0\]`'),
        ([["Hi"]], r"at `\$\.data\[0\]`"),
        ([{"text": "Hi"}], r"at `\$\.data\[0\]`"),
        ([["Hi", True], [3, True]], r"got \[3, True\] - at `\$\.data\[1\]`"),
        ({"1": 3}, r"at `\$\.data\[0\]`"),
    ],
)
def test_other_messages_are_refused(messages: Any, message: str) -> None:
    with pytest.raises(CardError, match=message):
        put(messages)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (
            {"events": ["scroll"]},
            r"got 'scroll', did you mean `scroll_up`\? - at `\$\.events\[0\]`",
        ),
        ({"events": "stop"}, r"Expected `list`, got `str` - at `\$\.events`"),
        ({"suggestions": [ui.choice("a", "b")]}, r"Expected `ChatSuggestion`, got .*Choice"),
        ({"suggestions": [{"name": "a"}]}, r"`ChatSuggestion` needs `label`, it is missing"),
        ({"value": 7}, r"Expected `str`, got `int` - at `\$\.value`"),
        ({"generating": "yes"}, r"Expected `bool`, got `str` - at `\$\.generating`"),
    ],
)
def test_a_wrong_property_is_refused(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        put([], **properties)


def test_the_name_must_not_be_empty() -> None:
    with pytest.raises(CardError, match=r"Expected a non-empty `str`, got '' - at `\$\.name`"):
        check_card("chat", ui.chatbot_card("", "", []))


def test_every_property_can_be_assigned_and_removed() -> None:
    card = {**CARD, "generating": True}
    assert check_property("chat", card, ["generating"], False) is False
    assert check_property("chat", card, ["suggestions"], None) is None
    assert check_property("chat", card, ["value"], "text") == "text"


def test_earlier_messages_go_before_those_that_are_there() -> None:
    assert ChatbotCard.assign("chat", "prev_items", [{"msg": "Old", "fromUser": 1}]) == [
        Prepend("chat", "history", [{"content": "Old", "from_user": True}])
    ]


def test_no_earlier_messages_end_the_history() -> None:
    assert ChatbotCard.assign("chat", "prev_items", []) == [Assign("chat", ["history_end"], True)]


def test_none_forgets_the_history_and_its_end() -> None:
    edits = ChatbotCard.assign("chat", "prev_items", None)
    assert edits == [Assign("chat", [name], None) for name in ("history", "history_end")]


def test_wrong_earlier_messages_are_refused() -> None:
    with pytest.raises(CardError, match=r"'chat'.*ChatbotCard.*got 3 - at `\$\.prev_items\[0\]`"):
        ChatbotCard.assign("chat", "prev_items", [3])


def test_other_properties_are_assigned_as_usual() -> None:
    assert ChatbotCard.assign("chat", "generating", True) is None


@pytest.mark.parametrize(
    ("earlier", "travels"),
    [
        ([["Old", False]], {"history": [{"content": "Old", "from_user": False}]}),
        ([], {"history_end": True}),
        (None, {}),
    ],
)
def test_a_raw_card_may_bring_its_history(earlier: Any, travels: dict[str, Any]) -> None:
    checked = check_card("chat", {**CARD, "data": [], "prev_items": earlier})
    del checked["data"]
    assert checked == {**CARD, **travels}


# ------------------------------------------------------------------------------- beyond Wave

FIELDS = "content from_user id author avatar time status parts branch error"


def chat(**properties: Any) -> Page:
    """Return a page with a chat whose rows may have every optional field."""
    page = Page()
    page["chat"] = ui.chatbot_card("1 1 4 8", "bot", data(FIELDS, t="list"), **properties)
    page.save()
    return page


def rows_of(page: Page) -> list[dict[str, Any]]:
    page.save()
    [[_, card]] = page.load()["cards"]
    return [dict(zip(card["data"]["f"], cells, strict=True)) for _, cells in card["data"]["r"]]


def row(**fields: Any) -> list[Any]:
    return [fields.get(name) for name in FIELDS.split()]


def test_what_wave_does_not_have_is_given_by_name_only() -> None:
    with pytest.raises(TypeError):
        ui.chatbot_card("1 1 4 8", "bot", [], *[None] * 7, "Hello")  # type: ignore[call-arg]


def test_all_properties_beyond_wave_travel() -> None:
    checked = put(
        [],
        events=["edit", "regenerate", "branch", "delete", "submit", "search", "jump"],
        greeting="Good morning",
        attachments=ui.chat_attachments(accept=[".pdf", "image/*"]),
        slash_commands=[ui.chat_command("new", "New chat", caption="Begin again", icon="Add")],
        mentions=[ui.chat_mention("ada")],
        submit_key="ctrl_enter",
        speech=True,
        follow_ups=[ui.chat_suggestion("more", "Tell me more")],
        images=["example.com"],
        text_commands=["more"],
        unread_from="m7",
        read_only=True,
    )
    del checked["data"]
    assert checked == {
        **CARD,
        "events": ["edit", "regenerate", "branch", "delete", "submit", "search", "jump"],
        "greeting": "Good morning",
        "attachments": {"accept": [".pdf", "image/*"], "max_files": 10, "max_file_mb": 20},
        "slash_commands": [
            {"name": "new", "label": "New chat", "caption": "Begin again", "icon": "Add"}
        ],
        "mentions": [{"name": "ada"}],
        "submit_key": "ctrl_enter",
        "speech": True,
        "follow_ups": [{"name": "more", "label": "Tell me more"}],
        "images": ["example.com"],
        "text_commands": ["more"],
        "unread_from": "m7",
        "read_only": True,
    }


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"images": "never"}, r"Expected one of `ask`, `allow`, got 'never' - at `\$\.images`"),
        ({"images": [3]}, r"Expected `str`, got `int` - at `\$\.images\[0\]`"),
        ({"submit_key": "tab"}, r"Expected one of `enter`, `ctrl_enter`"),
        ({"attachments": {"max_files": 0}}, r"from 1 to 1000, got 0 - at .*max_files"),
        ({"slash_commands": [{}]}, r"`ChatCommand` needs `name`"),
        ({"unread_from": 1.5}, r"at `\$\.unread_from`"),
    ],
)
def test_a_wrong_property_beyond_wave_is_refused(properties: Any, message: str) -> None:
    with pytest.raises(CardError, match=message):
        put([], **properties)


def test_what_was_found_is_assigned() -> None:
    page = chat(events=["search"])
    page["chat"].found = [{"id": "m1", "content": "by the sea", "time": 1.5}]
    page.save()
    assert page.load()["cards"][0][1]["found"] == [
        {"id": "m1", "content": "by the sea", "time": 1.5}
    ]
    with pytest.raises(CardError, match=r"`Found` needs `content`.*\$\.found\[0\]"):
        page["chat"].found = [{"id": "m1"}]


def test_a_row_may_say_more_about_a_message() -> None:
    page = chat()
    full = row(
        content="Yes.",
        from_user=False,
        id="m1",
        author="Ada",
        avatar="A",
        time=1_700_000_000.5,
        status="done",
        parts=[Reasoning("Hm.", seconds=3), {"type": "text", "text": "Well:"}],
        branch=[2, 3],
        error=None,
    )
    page["chat"].data += full
    assert rows_of(page) == [
        {
            **dict(zip(FIELDS.split(), full, strict=True)),
            "parts": [
                {"type": "reasoning", "text": "Hm.", "seconds": 3},
                {"type": "text", "text": "Well:"},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"id": ""}, r"Expected a non-empty `str`, got '' - at `id`"),
        ({"id": True}, r"Expected `int`, got `bool` - at `id`"),
        ({"author": 3}, r"Expected `str`, got `int` - at `author`"),
        ({"time": "noon"}, r"Expected `float`, got `str` - at `time`"),
        ({"status": "ready"}, r"Expected one of `pending`, .*got 'ready'"),
        ({"branch": [4, 3]}, r"1 <= index <= count, got \[4, 3\] - at `branch`"),
        ({"parts": "Hello"}, r"Expected a list of parts, got `str` - at `parts`"),
        ({"parts": [Text("a"), {"type": "texx"}]}, r"did you mean `text`\? - at `parts\[1\]"),
    ],
)
def test_a_wrong_field_of_a_row_is_refused_where_it_is_written(cells: Any, message: str) -> None:
    page = chat()
    [[field, value]] = cells.items()
    with pytest.raises(RowError, match=r"'data.*" + message):
        page["chat"].data += row(content="Hi", from_user=True, **cells)
    page["chat"].data += row(content="Hi", from_user=True)
    page.save()
    for _ in range(2):  # with and without the row being there when it is checked
        with pytest.raises(RowError, match=r"'data\[0\]'.*" + message):
            page["chat"].data[0] = row(content="Hi", from_user=True, **cells)
        with pytest.raises(RowError, match=r"'data\[0\]'.*" + message):
            setattr(page["chat"].data[0], field, value)
    with pytest.raises(CardError, match=r"\$\.data\[0\]\."):
        put(data(FIELDS, rows=[row(content="Hi", from_user=True, **cells)]))
    with pytest.raises(CardError, match=r"\$\.prev_items\[0\]\."):
        page["chat"].prev_items = [{"content": "Hi", **cells}]


def test_a_value_without_a_json_form_in_a_part_is_named() -> None:
    page = chat()
    with pytest.raises(PlainValueError, match=r"card 'chat', data\.parts\[0\]\.args\.day"):
        page["chat"].data += row(
            parts=[{"type": "tool_call", "id": "1", "name": "f", "args": {"day": {1, 2}}}]
        )


def test_messages_in_other_forms_may_say_more_too() -> None:
    rows = put(
        [
            {"content": "Hi", "from_user": True, "id": 7},
            {"parts": [Text("Yes?")], "status": "done", "id": None},
        ]
    )["data"]
    assert rows.fields == ("content", "from_user", "id", "status", "parts")
    assert rows.rows == [
        ["Hi", True, 7, None, None],
        ["", False, None, "done", [{"type": "text", "text": "Yes?"}]],
    ]


def test_earlier_messages_may_say_more_too() -> None:
    earlier = [{"content": "Old", "id": "m0", "author": "Ada", "mood": 3}]
    assert ChatbotCard.assign("chat", "prev_items", earlier) == [
        Prepend(
            "chat",
            "history",
            [{"content": "Old", "from_user": False, "id": "m0", "author": "Ada"}],
        )
    ]
