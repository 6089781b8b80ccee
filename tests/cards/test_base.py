"""What is put on a page, and assigned to it later, is checked at the line that does it."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

from swell import Data, data, ui
from swell.cards.base import CARDS, check_card, check_property, named_components
from swell.errors import CardError, NotSupportedError, PlainValueError


def form(*items: Any) -> dict[str, Any]:
    return check_card("form", ui.form_card(box="1 1 2 2", items=list(items)))


CHAT = {"view": "chatbot", "box": "1 1 2 2", "name": "bot"}


def test_a_card_becomes_plain_json_without_what_is_none() -> None:
    card = ui.form_card(
        box="1 1 2 2",
        items=[ui.text("Hi"), ui.inline([ui.button("go", commands=[ui.command("more")])])],
    )
    assert check_card("form", card) == {
        "view": "form",
        "box": "1 1 2 2",
        "items": [
            {"text": {"content": "Hi"}},
            {"inline": {"items": [{"button": {"name": "go", "commands": [{"name": "more"}]}}]}},
        ],
    }


def test_a_dict_is_checked_like_the_card_it_stands_for() -> None:
    card = {"view": "markdown", "box": "", "title": "T", "content": "C", "compact": None}
    assert check_card("c", card) == {"view": "markdown", "box": "", "title": "T", "content": "C"}


def test_an_object_of_another_library_is_taken_by_its_dump() -> None:
    class Foreign:
        def dump(self) -> dict[str, Any]:
            return {"view": "form", "box": "", "items": [{"text": {"content": "x"}}]}

    assert check_card("c", Foreign())["items"] == [{"text": {"content": "x"}}]  # type: ignore[arg-type]


def test_the_result_shares_nothing_with_what_was_given() -> None:
    given: dict[str, Any] = {"view": "form", "box": "", "items": [{"text": {"content": "x"}}]}
    checked = check_card("c", given)
    given["items"][0]["text"]["content"] = "changed"
    assert checked["items"] == [{"text": {"content": "x"}}]


def test_buffers_stay_in_place() -> None:
    rows = data("content from_user", t="list")
    assert check_card("c", ui.chatbot_card("1 1 2 2", "bot", rows))["data"] is rows


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (3, r"card 'c' is not a valid Card: Expected a card .*, got `int`"),
        (None, r"Expected a card .*, got `None`"),
        (ui.text("x"), r"Expected a card .*, got `swell.components.text.Text`"),
        ({}, r"Expected a `str`, got `None` - at `\$\.view`"),
        ({"view": 3}, r"Expected a `str`, got `int` - at `\$\.view`"),
        ({"view": "chatbt"}, r"no card with the view 'chatbt', did you mean `chatbot`\?"),
        (
            {"view": "zzzzz"},
            r"no card with the view 'zzzzz'; there are chatbot, element, footer, form",
        ),
    ],
)
def test_what_is_no_card_is_refused(card: Any, message: str) -> None:
    with pytest.raises(CardError, match=message):
        check_card("c", card)


def test_a_card_that_only_wave_has_is_named() -> None:
    with pytest.raises(NotSupportedError, match=r"^ui\.pixel_art_card is not part of Swell yet"):
        check_card("c", {"view": "pixel_art", "box": ""})


def test_a_mistyped_property_is_named_with_the_one_that_was_meant() -> None:
    card = {**CHAT, "data": [], "generatng": True}
    with pytest.raises(CardError) as caught:
        check_card("chat", card)
    assert str(caught.value) == (
        "card 'chat' is not a valid ChatbotCard: "
        "`ChatbotCard` has no property `generatng`, did you mean `generating`? - at `$`"
    )
    assert (caught.value.card, caught.value.kind) == ("chat", "ChatbotCard")


def test_an_unknown_property_without_a_resemblance_lists_all() -> None:
    with pytest.raises(CardError, match="has no property `zzz`; it has `box`, `title`, `content`"):
        check_card("c", {"view": "markdown", "box": "", "title": "", "content": "", "zzz": 1})


@pytest.mark.parametrize(
    ("card", "message"),
    [
        (ui.markdown_card("", "T", None), r"needs `content`, got `None` - at `\$\.content`"),  # type: ignore[arg-type]
        ({"view": "markdown", "box": "", "title": ""}, r"needs `content`, it is missing"),
        (ui.markdown_card("", "T", 7), r"Expected `str`, got `int` - at `\$\.content`"),  # type: ignore[arg-type]
        (
            ui.markdown_card("", "T", datetime.date(2024, 1, 1)),  # type: ignore[arg-type]
            r"MarkdownCard: Expected `str`, got `datetime.date` - at `\$\.content`",
        ),
        (
            ui.markdown_card("", "T", np.str_("x")),
            r"Expected `str`, got `numpy.str_`; convert it with `.item\(\)` - at `\$\.content`",
        ),
        (ui.markdown_card("", "T", "\ud83d"), r"lone surrogate.* - at `\$\.content`"),
        (ui.markdown_card("", "T", "C", compact=1), r"`bool`, got `int` - at `\$\.compact`"),  # type: ignore[arg-type]
        (
            ui.form_card("", [ui.progress("x", value=float("nan"))]),
            r"FormCard: Expected a finite `float`, got `nan` - at `\$\.items\[0\]\.progress",
        ),
        (
            ui.form_card("", [ui.progress("x", value=np.float64(0.5))]),
            r"Expected `float`, got `numpy.float64`",
        ),
        (ui.meta_card("", refresh=True), r"Expected `int`, got `bool` - at `\$\.refresh`"),
        (ui.form_card("", {1}), r"Expected `list`, got `set` - at `\$\.items`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_named_with_card_field_expected_and_got(card: Any, message: str) -> None:
    with pytest.raises(CardError, match=message) as caught:
        check_card("key", card)
    assert str(caught.value).startswith("card 'key' is not a valid ")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.int64(3), r"got `numpy.int64`"),
        (float("nan"), r"expected a finite number, got nan"),
        (datetime.date(2024, 1, 1), r"expected .*, got `datetime.date`"),
        ({1}, r"expected .*, got `set`"),
        (b"x", r"expected .*, got `bytes`"),
        (print, r"expected .*, got `builtin_function_or_method`"),
        ({1: 2}, r"expected keys of type `str`, got `int` 1"),
        (data("a"), r"got `swell.schema.data.Data`"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_without_a_json_form_is_named_with_card_and_field(value: Any, message: str) -> None:
    card = ui.markdown_card("", "T", "C", data={"rows": [value]})
    with pytest.raises(PlainValueError, match=message) as caught:
        check_card("key", card)
    assert str(caught.value).startswith("card 'key', $.data.rows[0]: ")


# --------------------------------------------------------------------------- assignments


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["title"], "New", "New"),
        (["title"], None, None),
        (["items", 0, "text", "content"], "New", "New"),
        (["items", "0", "text", "content"], "New", "New"),  # from 'items.0.text.content'
        (["items", 0], ui.text("New"), {"text": {"content": "New"}}),
        (["items", 0, "text"], ui.text("New"), {"content": "New"}),
        (["items", 0, "text"], {"content": "New"}, {"content": "New"}),
        (["items", 1, "inline", "items", 0, "textbox", "value"], "x", "x"),
        (["items", 1, "inline", "items", 0, "textbox", "value"], None, None),
        (["items"], (ui.text("New"),), [{"text": {"content": "New"}}]),
        (["items"], [], []),
    ],
)
def test_an_assignment_that_fits_gives_the_plain_value(
    path: list[str | int], value: Any, expected: Any
) -> None:
    card = form(ui.text("Old"), ui.inline([ui.textbox("city")]))
    assert check_property("form", card, path, value) == expected


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ([], 1, r"nothing to assign to"),
        (["view"], "meta", r"view of a card cannot be changed"),
        (["titel"], "x", r"`FormCard` has no property `titel`, did you mean `title`\?"),
        (["citty"], "x", r"no property `citty`, did you mean `city`\?"),  # a component's name
        (["title"], 3, r"Expected `str`, got `int` - at `\$\.title`"),
        (["title", "x"], 3, r"a `str` has no part `x` - at `\$\.title`"),
        (["items"], None, r"`FormCard` needs `items`, got `None` - at `\$\.items`"),
        (["items"], "text", r"Expected a packed string"),
        (["items", 9], ui.text("x"), r"an index into 2 items, got `9` - at `\$\.items`"),
        (["items", -1], ui.text("x"), r"an index into 2 items, got `-1`"),
        (["items", "first"], ui.text("x"), r"an index into 2 items, got `first`"),
        (["items", 0], None, r"Expected an item, got `None`"),
        (["items", 0], "x", r"Expected a component, got `str` - at `\$\.items\[0\]`"),
        (["items", 0, "text"], None, r"Expected the properties of a `text`, got `None`"),
        (["items", 0, "textbox", "value"], "x", r"the component here is a `text`, got `textbox`"),
        (["items", 0, "text", "contents"], "x", r"`Text` has no property `contents`, did you mean"),
        (["items", 0, "text", "content"], None, r"`Text` needs `content`, got `None`"),
        (["items", 0, "text", "size"], "XL", r"Expected one of `xl`, .*got 'XL'.*\.text\.size"),
        (["commands", 0, "label"], "x", r"not set, so nothing below it can be assigned \(`0`\)"),
        (["items"], data("a"), r"a buffer is given when the card is put on a page"),
    ],
)
def test_an_assignment_that_does_not_fit_is_refused(
    path: list[str | int], value: Any, message: str
) -> None:
    card = form(ui.text("Old"), ui.inline([ui.textbox("city")]))
    with pytest.raises(CardError, match=message):
        check_property("form", card, path, value)


def test_parts_of_free_values_can_be_assigned() -> None:
    card = check_card("c", ui.markdown_card("", "", "", data={"user": {"tags": ["a"]}}))
    assert check_property("c", card, ["data", "user", "name"], "Ada") == "Ada"
    assert check_property("c", card, ["data", "user", "tags", 0], "b") == "b"
    with pytest.raises(CardError, match=r"an index into 1 item, got `1` - at `\$\.data\.user"):
        check_property("c", card, ["data", "user", "tags", 1], "b")
    with pytest.raises(CardError, match=r"a `str` has no part `x`"):
        check_property("c", card, ["data", "user", "tags", 0, "x"], "b")
    with pytest.raises(PlainValueError, match=r"card 'c', \$\.data\.when: .*got `datetime.date`"):
        check_property("c", card, ["data", "when"], datetime.date(2024, 1, 1))


def test_an_unsupported_component_in_an_assignment_is_named() -> None:
    with pytest.raises(NotSupportedError, match=r"^ui\.audio_annotator "):
        check_property("f", form(), ["items"], [{"audio_annotator": {"name": "t"}}])


# --------------------------------------------------------------------------- by name


def test_named_parts_are_found_at_any_depth() -> None:
    card = form(
        ui.text("x", name="intro"),
        ui.inline([ui.textbox("city"), ui.buttons([ui.button("go")])]),
        ui.message_bar(buttons=[ui.button("undo")]),
        ui.button("more", commands=[ui.command("copy", items=[ui.command("as_text")])]),
        ui.separator("no name"),
    )
    assert named_components(card) == {
        "intro": ["items", 0, "text"],
        "city": ["items", 1, "inline", "items", 0, "textbox"],
        "go": ["items", 1, "inline", "items", 1, "buttons", "items", 0, "button"],
        "undo": ["items", 2, "message_bar", "buttons", 0, "button"],
        "more": ["items", 3, "button"],
        "copy": ["items", 3, "button", "commands", 0],
        "as_text": ["items", 3, "button", "commands", 0, "items", 0],
    }


def test_named_parts_of_a_header_and_a_notification_bar_are_found() -> None:
    header = check_card(
        "h",
        ui.header_card("", "T", "S", items=[ui.link(name="l")], secondary_items=[ui.textbox("q")]),
    )
    assert named_components(header) == {
        "l": ["items", 0, "link"],
        "q": ["secondary_items", 0, "textbox"],
    }
    bar = ui.notification_bar("Saved", buttons=[ui.button("undo")])
    meta = check_card("m", ui.meta_card("", notification_bar=bar))
    assert named_components(meta) == {"undo": ["notification_bar", "buttons", 0, "button"]}


def test_of_several_parts_with_one_name_the_last_counts() -> None:
    card = form(ui.textbox("a"), ui.textbox("a"))
    assert named_components(card) == {"a": ["items", 1, "textbox"]}


def test_each_path_leads_to_the_part_and_can_be_assigned_below() -> None:
    card = form(ui.inline([ui.textbox("city")]))
    path = named_components(card)["city"]
    assert check_property("f", card, [*path, "value"], "Oslo") == "Oslo"


# --------------------------------------------------------------------------- the classes


@pytest.mark.parametrize("view", ["chatbot", "form", "header", "markdown", "meta"])
def test_every_card_is_registered_under_its_view(view: str) -> None:
    assert CARDS[view].view == view


def test_dump_has_waves_shape_and_load_reverses_it() -> None:
    card = ui.form_card(
        "1 1 2 2",
        [ui.inline([ui.dropdown("d", choices=[ui.choice("a")])])],
        commands=[ui.command("c")],
    )
    shape = card.dump()
    assert shape["view"] == "form"
    assert shape["items"][0]["inline"]["items"][0] == {
        "dropdown": {"name": "d", "choices": [{"name": "a"}]}
    }
    assert ui.FormCard.load(shape) == card


def test_dump_leaves_a_buffer_in_place() -> None:
    rows = Data("content from_user", t="list")
    assert ui.chatbot_card("", "b", rows).dump() == {
        "view": "chatbot",
        "box": "",
        "name": "b",
        "data": rows,
    }


def test_load_refuses_an_unknown_property() -> None:
    with pytest.raises(TypeError, match="generatng"):
        ui.ChatbotCard.load({"view": "chatbot", "box": "", "name": "b", "data": [], "generatng": 1})


def test_has_property_knows_what_can_only_be_assigned() -> None:
    assert CARDS["chatbot"].has_property("generating")
    assert CARDS["chatbot"].has_property("prev_items")
    assert not CARDS["markdown"].has_property("prev_items")
