"""Chatbot card: what it takes for messages, and its properties."""

from __future__ import annotations

from typing import Any

import pytest

from swell import Data, data, pack, ui
from swell.cards.base import check_card, check_property
from swell.cards.chatbot import ChatbotCard
from swell.errors import CardError
from swell.live.edits import Assign, Prepend

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
        [{"msg": "Hi", "fromUser": 1}, {"msg": "Yes?", "fromUser": False, "id": 7}],
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
