"""The page a handler edits: wrong lines fail where they are, right ones end up on the page."""

from __future__ import annotations

import datetime
import json
import logging
import types
from collections.abc import Callable
from typing import Any

import pytest

from swell import Q, data, ui
from swell.errors import CardError, NotSupportedError, PlainValueError, RowError
from swell.page.page import Page, Ref
from swell.server.pacer import Pacer
from swell.server.pages import WatchedPage
from swell.settings.table import Settings
from swell.testing import Append, connect


def chat_page(target: WatchedPage | None = None, **props: Any) -> Page:
    """Return a saved page with a chatbot and a form."""
    page = Page(target)
    page["chat"] = ui.chatbot_card(
        "1 1 4 8", "cb", data("content from_user", t="list", rows=[["Hi", True]]), **props
    )
    page["form"] = ui.form_card(
        "5 1 4 8",
        [
            ui.textbox("city", value="Bonn"),
            ui.inline([ui.button("go", "Go")]),
        ],
    )
    page.save()
    return page


def cards(page: Page) -> dict[str, Any]:
    return dict(page.load()["cards"])


def rows(page: Page, key: str = "chat") -> list[Any]:
    return [cells for _, cells in cards(page)[key]["data"]["r"]]


# ------------------------------------------------------------------ what goes wrong


def mistype(page: Page) -> None:
    page["chat"].generatin = True  # type: ignore[attr-defined]


def wrong_type(page: Page) -> None:
    page["chat"].generating = "yes"


def wrong_type_below(page: Page) -> None:
    page["form"].items[0].textbox.label = 5


def wrong_type_by_name(page: Page) -> None:
    page["form"].city.value = 5


def short_row(page: Page) -> None:
    page["chat"].data[0] = ["Hi"]


def long_row(page: Page) -> None:
    page["chat"].data += ["Hi", True, 1]


def row_as_a_dict(page: Page) -> None:
    page["chat"].data += {"content": "Hi", "from_user": True}


def unknown_field(page: Page) -> None:
    page["chat"].data[0].text = "Hi"


def below_a_cell(page: Page) -> None:
    page["chat"].data[0].content.bold = True


def not_a_number(page: Page) -> None:
    page["chat"].data += ["Hi", float("nan")]


def date(page: Page) -> None:
    page["chat"].data[0] = [datetime.date(2024, 1, 1), True]


def a_set(page: Page) -> None:
    page["chat"].data[0].content = {"Hi"}


def surrogate(page: Page) -> None:
    page["chat"].data[0] = ["Hi \ud83d", True]


def surrogate_in_a_property(page: Page) -> None:
    page["chat"].placeholder = "\ud83d"


def huge_number(page: Page) -> None:
    page["chat"].data += ["Hi", 2**53]


def numpy_number(page: Page) -> None:
    numpy = pytest.importorskip("numpy")
    page["chat"].data += ["Hi", numpy.float64(1.5)]


def numpy_bool(page: Page) -> None:
    numpy = pytest.importorskip("numpy")
    page["chat"].generating = numpy.bool_(True)


def a_function(page: Page) -> None:
    page["chat"].data += ["Hi", print]


def assigned_data(page: Page) -> None:
    page["chat"].data = data("content from_user")


def data_elsewhere(page: Page) -> None:
    page["chat"].placeholder = data("a b")


def a_reference(page: Page) -> None:
    page["chat"].placeholder = page["form"].city.value


def wrong_whole(page: Page) -> None:
    page["chat"].data = "rows"


def dict_for_a_list(page: Page) -> None:
    page["chat"].data = {"a": ["Hi", True]}


def no_card(page: Page) -> None:
    page["new"] = "chat"  # type: ignore[assignment]


def bad_card(page: Page) -> None:
    page["new"] = ui.chatbot_card("1 1 1 1", 7, data("content from_user"))  # type: ignore[arg-type]


def no_such_card(page: Page) -> None:
    page["new"] = {"view": "chatbt", "box": ""}


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (mistype, CardError, r"'chat'.*ChatbotCard.*`generatin`.*did you mean `generating`\?"),
        (wrong_type, CardError, r"'chat'.*Expected `bool`, got `str` - at `\$.generating`"),
        (wrong_type_below, CardError, r"'form'.*Expected `str`, got `int`.*textbox.label"),
        (wrong_type_by_name, CardError, r"'form'.*Expected `str`, got `int`.*textbox.value"),
        (short_row, RowError, r"data\[0\].*'chat'.*expected 2 cells.*got 1: \['Hi'\]"),
        (long_row, RowError, r"'chat'.*expected 2 cells \(content from_user\), got 3"),
        (row_as_a_dict, RowError, r"'chat'.*a row is a list of 2 cells, got dict"),
        (unknown_field, RowError, r"'chat'.*no field 'text', expected one of content, from_user"),
        (below_a_cell, RowError, r"'chat'.*a `str` has no part `\w+` - at `content"),
        (not_a_number, PlainValueError, r"card 'chat', data.from_user: .*finite number, got nan"),
        (date, PlainValueError, r"card 'chat', data\[0\].content: .*datetime.date.*isoformat"),
        (a_set, PlainValueError, r"card 'chat', data\[0\].content: .*got `set`.*sorted"),
        (surrogate, PlainValueError, r"card 'chat', data\[0\].content: .*lone surrogate"),
        (surrogate_in_a_property, CardError, r"'chat'.*lone surrogate.*placeholder"),
        (huge_number, PlainValueError, r"card 'chat', data.from_user: .*2\*\*53"),
        (numpy_number, PlainValueError, r"card 'chat', data.from_user: .*numpy.float64"),
        (numpy_bool, CardError, r"'chat'.*Expected `bool`, got `numpy.bool"),
        (a_function, PlainValueError, r"card 'chat', data.from_user: .*builtin_function"),
        (assigned_data, CardError, r"Data instances cannot be used in assignments"),
        (data_elsewhere, CardError, r"'chat'.*a buffer is given when the card is put on a page"),
        (a_reference, PlainValueError, r"card 'chat', placeholder: .*a page cannot be read"),
        (wrong_whole, RowError, r"'chat'.*want a list of rows, got str"),
        (dict_for_a_list, RowError, r"'chat'.*takes a list of rows, got a dict"),
        (no_card, CardError, r"'new'.*expected a ui.\*_card"),
        (bad_card, CardError, r"'new'.*ChatbotCard.*Expected `str`, got `int` - at `\$.name`"),
        (no_such_card, CardError, r"'new'.*no card with the view 'chatbt'.*`chatbot`"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, types.FunctionType) else "",
)
@pytest.mark.parametrize("saved", [True, False], ids=["on a saved card", "on a new card"])
def test_a_wrong_line_says_what_is_wrong_and_harms_nothing_else(
    write: Any, error: type[Exception], message: str, saved: bool
) -> None:
    page = chat_page()
    if not saved:
        cards_again = chat_page()
        page = Page()
        for key, card in cards(cards_again).items():
            card.pop("data", None)
            if key == "chat":
                card["data"] = data("content from_user", t="list", rows=[["Hi", True]])
            page[key] = card
    page["chat"].data += ["before", False]
    with pytest.raises(error, match=message):
        write(page)
    page["chat"].data += ["after", False]
    page.save()
    assert rows(page) == [["Hi", True], ["before", False], ["after", False]]
    page["chat"].generating = True
    page.save()
    assert cards(page)["chat"]["generating"] is True
    assert set(cards(page)) == {"chat", "form"}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("two words", "keys cannot contain spaces, got 'two words'"),
        (5, "invalid key type: want str, got int"),
        (None, "invalid key type"),
        ("__proto__", "cannot be a key"),
        ("\ud800", "half of a surrogate pair"),
    ],
)
def test_keys_of_cards(key: Any, message: str) -> None:
    page = Page()
    card = ui.markdown_card("1 1 1 1", "t", "c")
    attempts: list[Callable[[], object]] = [
        lambda: page[key],
        lambda: page.add(key, card),
        lambda: page.__setitem__(key, card),
        lambda: page.__delitem__(key),
    ]
    for attempt in attempts:
        with pytest.raises(KeyError, match=message):
            attempt()
    page.save()
    assert cards(page) == {}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("two words", "keys cannot contain spaces"),
        (1.5, "invalid key type: want str or int, got float"),
        (None, "invalid key type"),
        ((1,), "invalid key type"),
    ],
)
def test_keys_below_a_card(key: Any, message: str) -> None:
    page = chat_page()
    with pytest.raises(KeyError, match=message):
        page["chat"].data[key] = ["x", True]
    with pytest.raises(KeyError, match=message):
        page["chat"][key].x = 1


@pytest.mark.parametrize("key", ["constructor", "prototype", "__proto__", "\ud800"])
def test_a_row_key_that_no_browser_can_have(key: str) -> None:
    page = Page()
    page["map"] = ui.chatbot_card("1 1 1 1", "m", data("content from_user", rows={"a": ["A", 1]}))
    page.save()
    attempts: list[Callable[[], object]] = [
        lambda: page["map"].data.__setitem__(key, ["x", True]),
        lambda: setattr(page["map"].data, key, ["x", True]),
        lambda: setattr(page["map"], "data", {key: ["x", True]}),
    ]
    for attempt in attempts:
        with pytest.raises(KeyError, match=r"cannot (be a key|name a row)"):
            attempt()
    page["map"].data.b = ["B", True]
    page.save()
    assert rows(page, "map") == [["A", 1], ["B", True]]


def test_only_data_can_be_appended_to() -> None:
    page = chat_page()
    for ref in (page["chat"], page["chat"].data[0], page["chat"].events):
        with pytest.raises(ValueError, match=r"\+= can only be used on list data buffers"):
            ref += ["x", True]  # type: ignore[operator]
    page["fixed"] = ui.chatbot_card("1 1 1 1", "f", data("content from_user", 3))
    with pytest.raises(RowError, match="needs a list or cyclic buffer, this is a fixed one"):
        page["fixed"].data += ["x", True]
    with pytest.raises(RowError, match=r"data\[3\].*slots 0 to 2"):
        page["fixed"].data[3] = ["x", True]


def test_what_is_required_cannot_be_removed() -> None:
    page = chat_page(placeholder="Ask")
    for name in ("name", "box", "view"):
        with pytest.raises(CardError, match=name):
            setattr(page["chat"], name, None)
    page["chat"].placeholder = None
    page.save()
    assert "placeholder" not in cards(page)["chat"]


def test_a_wave_card_that_is_not_there_says_so() -> None:
    with pytest.raises(NotSupportedError, match=r"ui\.pixel_art_card"):
        Page()["p"] = {"view": "pixel_art", "box": ""}


# ---------------------------------------------------------------------- what works


def test_a_reference_leads_anywhere_and_holds_nothing() -> None:
    ref = Page()["nobody"].some[3].where["deep"]
    assert isinstance(ref, Ref)
    assert bool(ref) is True  # code written for Wave may test it
    assert repr(ref) == "<Ref nobody some 3 where deep>"
    with pytest.raises(AttributeError):
        del ref.x
    with pytest.raises(AttributeError):
        del ref["x"]


def test_nothing_is_on_the_page_before_it_is_saved() -> None:
    page = Page()
    page["a"] = ui.markdown_card("1 1 1 1", "Title", "Text")
    page["a"].title = "Later"
    assert cards(page) == {}
    page.save()
    assert cards(page)["a"]["title"] == "Later"
    page.save()  # nothing to do


def test_adding_returns_a_reference() -> None:
    page = Page()
    page.add("a", ui.markdown_card("1 1 1 1", "Title", "Text")).title = "Other"
    page.save()
    assert cards(page)["a"]["title"] == "Other"


def test_a_card_replaces_the_one_of_its_name_and_keeps_its_place() -> None:
    page = chat_page(placeholder="Ask")
    page["chat"] = ui.markdown_card("1 1 1 1", "Title", "Text")
    page.save()
    assert list(cards(page)) == ["chat", "form"]
    assert cards(page)["chat"]["view"] == "markdown"
    assert "placeholder" not in cards(page)["chat"]


def test_a_card_may_be_a_dict() -> None:
    page = Page()
    page["a"] = {"view": "markdown", "box": "1 1 1 1", "title": "T", "content": "C", "data": None}
    page.save()
    assert cards(page)["a"]["content"] == "C"


def test_cards_are_deleted_and_dropped() -> None:
    page = chat_page()
    del page["form"]
    page.save()
    assert list(cards(page)) == ["chat"]
    page.drop()
    page.save()
    assert cards(page) == {}


def test_an_empty_card_under_an_empty_key_drops_the_page() -> None:
    page = chat_page()
    page[""] = {}
    page["new"] = ui.markdown_card("1 1 1 1", "T", "C")
    page.save()
    assert list(cards(page)) == ["new"]


def test_a_card_that_is_dropped_and_added_again_starts_anew() -> None:
    page = chat_page()
    del page["chat"]
    page["chat"] = ui.chatbot_card("1 1 1 1", "cb", data("content from_user", t="list"))
    page["chat"].data += ["new", True]
    page.save()
    assert list(cards(page)) == ["form", "chat"]
    assert rows(page) == [["new", True]]


def test_what_is_added_and_deleted_in_one_save_never_was() -> None:
    page = chat_page()
    page["new"] = ui.markdown_card("1 1 1 1", "T", "C")
    del page["new"]
    page.save()
    assert list(cards(page)) == ["chat", "form"]


@pytest.mark.parametrize("gone", ["never there", "deleted", "dropped"])
def test_a_card_that_is_not_there_only_warns(gone: str, caplog: pytest.LogCaptureFixture) -> None:
    page = chat_page()
    if gone == "deleted":
        del page["form"]
    elif gone == "dropped":
        page.drop()
        page["chat"] = ui.chatbot_card("1 1 1 1", "cb", data("content from_user", t="list"))
    key = "from" if gone == "never there" else "form"
    with caplog.at_level(logging.WARNING, "swell.page"):
        page[key].items = []
        page[key].city.value = "x"
        page[key].data += ["x"]
        page["chat"].data += ["x", True]
        page.save()
    [record] = caplog.records
    assert f"assigned to card '{key}', which is not on the page (cards there: chat" in (
        record.getMessage()
    )
    assert record.pathname == __file__
    assert rows(page)[-1] == ["x", True]


def test_even_for_a_card_that_is_not_there_values_are_plain(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(PlainValueError, match="card 'nobody', title"):
        Page()["nobody"].title = {1}


def test_appending_to_a_variable_swallows_nothing() -> None:
    page = chat_page()
    buffer = page["chat"].data
    buffer += ["one", True]
    page["chat"].generating = True
    buffer += ["two", True]
    assert buffer is not None
    page.save()
    assert rows(page) == [["Hi", True], ["one", True], ["two", True]]
    assert cards(page)["chat"]["generating"] is True


def test_rows_are_written_in_all_of_waves_ways() -> None:
    page = chat_page()
    chat = page["chat"]
    chat.data += ("tuple", True)
    chat.data[1] = ["list", True]
    chat["data"]["0"] = ["text key", True]
    chat.data[-1].content = "cell by name"
    chat.data[0][1] = None
    chat.data = [["appended", False], None]
    page.save()
    assert rows(page) == [["text key", None], ["cell by name", True], ["appended", False], None]


@pytest.mark.anyio
async def test_the_last_row_is_the_last_one_at_the_time_of_saving() -> None:
    target = WatchedPage(Settings(), [(0, Pacer(0.03))])
    page, other = chat_page(target), Page(target)
    page["chat"].data[-1] = ["changed", True]
    other["chat"].data += ["new", True]
    other.save()
    page.save()
    assert rows(page) == [["Hi", True], ["changed", True]]


def test_parts_of_a_form_are_reached_by_path_and_by_name() -> None:
    page = chat_page()
    form = page["form"]
    form.items[0].textbox.value = "Kiel"
    form["items.0.textbox.label"] = "City"
    form.go.label = "Start"
    page.save()
    city, inline = cards(page)["form"]["items"]
    assert city["textbox"]["value"] == "Kiel"
    assert city["textbox"]["label"] == "City"
    assert inline["inline"]["items"][0]["button"]["label"] == "Start"


def test_names_are_found_after_the_items_were_assigned() -> None:
    page = chat_page()
    for save in (True, False):
        page["form"].items = [ui.textbox("town")]
        if save:
            page.save()
        page["form"].town.value = "Ulm"
        with pytest.raises(CardError, match="city"):
            page["form"].city.value = "Bonn"
        page["form"].items[0] = ui.textbox("river")
        if save:
            page.save()
        page["form"].river.value = "Rhine"
        page["form"].river.label = "River"
        page.save()
        [river] = cards(page)["form"]["items"]
        assert river["textbox"] == {"name": "river", "value": "Rhine", "label": "River"}


def test_a_component_may_be_assigned_by_its_name() -> None:
    page = chat_page()
    page["form"].city = {"name": "city", "value": "Jena"}  # type: ignore[attr-defined]
    page["form"].city.label = "City"
    page.save()
    first = cards(page)["form"]["items"][0]
    assert first == {"textbox": {"name": "city", "value": "Jena", "label": "City"}}


def test_a_cards_own_names_win() -> None:
    page = Page()
    page["form"] = ui.form_card("1 1 1 1", [ui.textbox("title")], title="Form")
    page.save()
    page["form"].title = "Other"
    page.save()
    assert cards(page)["form"]["title"] == "Other"
    assert "value" not in cards(page)["form"]["items"][0]["textbox"]


def test_what_was_assigned_is_copied() -> None:
    page = chat_page()
    items = [ui.textbox("a", value="1")]
    row = ["x", True]
    page["form"].items = items
    page["chat"].data += row
    items[0].textbox.value = "2"
    row[0] = "y"
    page.save()
    assert cards(page)["form"]["items"][0]["textbox"]["value"] == "1"
    assert rows(page)[-1] == ["x", True]


@pytest.mark.anyio
async def test_a_save_that_fails_leaves_the_page_as_it_was() -> None:
    target = WatchedPage(Settings(), [(0, Pacer(0.03))])
    page, other = Page(target), Page(target)
    page["map"] = ui.chatbot_card("1 1 1 1", "m", data("content from_user"))
    page.save()
    page["map"].data.a = ["A", True]
    page["map"].data = {"b": ["B", True]}
    other["map"] = ui.chatbot_card("1 1 1 1", "m", data("content from_user", 1))
    other.save()
    before = json.dumps(page.load())
    with pytest.raises(RowError):
        page.save()
    assert json.dumps(page.load()) == before
    page["map"].data[0] = ["C", True]
    page.save()
    assert rows(page, "map") == [["C", True]]


@pytest.mark.anyio
async def test_a_text_can_be_extended_where_it_stands() -> None:
    async def serve(q: Q) -> None:
        if not q.client.ready:
            q.client.ready = True
            q.page["chat"] = ui.chatbot_card("1 1 4 4", "chat", data("content from_user", t="list"))
            q.page["chat"].data += ["Hel", False]
            q.page["note"] = ui.markdown_card("1 5 4 1", "", "One")
            await q.page.save()
        if q.args.more:
            q.page["chat"].data[-1].content += "lo 😀"
            q.page["chat"].data[0].content += "!"
            q.page["note"].content += " two"
            q.page["chat"].data[7].content += "nowhere"
        await q.page.save()

    async with connect(serve) as client:
        client.take_ops()
        await client.act("more")
        assert client.take_ops() == [
            Append(["chat", "data", 0, "content"], at=3, text="lo 😀"),
            Append(["chat", "data", 0, "content"], at=8, text="!"),
            Append(["note", "content"], at=3, text=" two"),
        ]
        assert client.page["chat"]["data"] == [["Hello 😀!", False]]
        assert client.page["note"]["content"] == "One two"


def test_extending_what_is_no_text_is_refused_at_the_line() -> None:
    page = Page()
    page["chat"] = ui.chatbot_card("1 1 4 4", "chat", data("content from_user", t="list"))
    with pytest.raises(RowError, match="no field 'contnt', expected one of content, from_user"):
        page["chat"].data[0].contnt += "x"
    with pytest.raises(ValueError, match=r"\+= can only be used on list data buffers and on texts"):
        page["chat"].generating += "x"
