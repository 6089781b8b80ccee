"""What H2O Wave ignores is a warning for its code, and stays an error for code of Swell."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import h2o_wave
import swell
from h2o_wave import Q, data, ui
from swell.errors import CardError
from swell.page.page import Page
from swell.testing import HandlerError, connect, isolated

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    with isolated():
        yield


def chatbot(**more: Any) -> Any:
    messages = data("content from_user", t="list")
    return ui.chatbot_card(box="1 1 1 1", name="bot", data=messages, **more)


def put(card: Callable[[], Any]) -> Callable[[Q], Any]:
    async def serve(q: Q) -> None:
        q.page["card"] = card()
        await q.page.save()

    return serve


def meta(theme: str) -> Any:
    return ui.meta_card(box="", theme=theme)


def dict_card(**more: Any) -> dict[str, Any]:
    return {"view": "markdown", "box": "1 1 1 1", "title": "T", "content": "C", **more}


LEFT_OUT = [
    (lambda: meta("h2o-light"), "'h2o-light'"),
    (lambda: chatbot(events=["stop", "scroll"]), "'scroll'"),
    (lambda: dict_card(colour="red"), "`MarkdownCard` has no property `colour`"),
    (
        lambda: {
            "view": "form",
            "box": "1 1 1 1",
            "items": [{"text": {"content": "A", "colour": "red"}}, {"texxt": {"content": "B"}}],
        },
        "`Text` has no property `colour`",
    ),
    (
        lambda: {
            "view": "form",
            "box": "1 1 1 1",
            "items": [{"text": {"content": "A", "size": "huge"}}],
        },
        "got 'huge'",
    ),
    (lambda: {"view": "markdowm", "box": "1 1 1 1"}, "there is no card with the view 'markdowm'"),
]


@pytest.mark.parametrize(("card", "said"), LEFT_OUT)
async def test_it_is_left_out_with_one_warning_that_names_the_line(
    card: Callable[[], Any], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    serve = h2o_wave.app("/")(put(card))
    with caplog.at_level(logging.WARNING, "swell.wave"):
        async with connect(serve) as client:
            first = len(caplog.records)
            await client.act("again")
    assert said in caplog.text
    assert "test_rules.py, line" in caplog.text
    assert len(caplog.records) == first  # the same line warns once


@pytest.mark.parametrize(("card", "said"), LEFT_OUT)
def test_the_same_is_an_error_in_code_of_swell(card: Callable[[], Any], said: str) -> None:
    with pytest.raises(CardError, match=re.escape(said)):
        Page()["card"] = card()


async def test_what_is_known_of_the_same_card_is_shown() -> None:
    card = {
        "view": "form",
        "box": "1 1 1 1",
        "items": [
            {"text": {"content": "A", "colour": "red"}},
            {"texxt": {"content": "B"}},
            ui.text("C"),
        ],
    }
    async with connect(h2o_wave.app("/")(put(lambda: card))) as client:
        assert client.page["card"]["items"] == [
            {"text": {"content": "A"}},
            {"text": {"content": "C"}},
        ]


async def test_an_unknown_property_that_is_assigned_changes_nothing() -> None:
    @h2o_wave.app("/")
    async def serve(q: Q) -> None:
        if not q.client.ready:
            q.page["card"] = ui.form_card(box="1 1 1 1", items=[ui.text("A", name="text")])
            q.client.ready = True
        else:
            q.page["card"].colour = "red"  # type: ignore[attr-defined]
            q.page["card"].text.colour = "red"
            q.page["card"].items[0].text.content = "B"
        await q.page.save()

    async with connect(serve) as client:
        await client.act("go")
        items = [{"text": {"content": "B", "name": "text"}}]
        assert client.page["card"] == {"view": "form", "box": "1 1 1 1", "items": items}


@pytest.mark.parametrize("make", [lambda: ui.text("A"), lambda: ui.command("c"), chatbot])
async def test_an_unknown_property_of_an_object_is_left_out_only_there(
    make: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def serve(q: Q) -> None:
        made = make()
        made.colour = "red"
        q.page["card"] = ui.markdown_card(box="1 1 1 1", title="T", content=made.name or "C")
        await q.page.save()

    with caplog.at_level(logging.WARNING, "swell.wave"):
        async with connect(h2o_wave.app("/")(serve)) as client:
            assert client.page["card"]["title"] == "T"
    assert "has no property `colour`" in caplog.text
    assert "test_rules.py, line" in caplog.text
    with pytest.raises(AttributeError, match="has no property `colour`"):
        make().colour = "red"


async def test_a_word_that_wave_refuses_in_an_object_is_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wrong: Any = "wrong"
    cards: list[Callable[[], Any]] = [
        lambda: ui.form_card(box="1 1 1 1", items=[ui.text("A", size=wrong)]),
        lambda: ui.header_card(box="1 1 1 1", title="T", subtitle="S", color=wrong),
    ]
    for number, card in enumerate(cards):
        caplog.clear()
        with pytest.raises(HandlerError):
            async with connect(h2o_wave.app(f"/{number}")(put(card))):
                pass
        assert "got 'wrong'" in caplog.text


async def test_an_unknown_word_that_is_assigned_changes_nothing() -> None:
    @h2o_wave.app("/")
    async def serve(q: Q) -> None:
        if not q.client.ready:
            q.page["card"] = ui.form_card(box="1 1 1 1", items=[ui.text("A", name="text")])
            q.client.ready = True
        else:
            q.page["card"].items[0].text.size = "huge"
            q.page["card"].text.content = "B"
        await q.page.save()

    async with connect(serve) as client:
        await client.act("go")
        assert client.page["card"]["items"] == [{"text": {"content": "B", "name": "text"}}]


async def test_a_wrong_type_is_an_error_as_in_wave() -> None:
    with pytest.raises(HandlerError):
        async with connect(h2o_wave.app("/")(put(lambda: dict_card(title=3)))):
            pass


@pytest.mark.parametrize("app", [swell.app, h2o_wave.app])
async def test_a_list_without_scripts_is_taken(app: Callable[..., Any]) -> None:
    async with connect(app("/")(put(lambda: ui.meta_card(box="", scripts=[])))) as client:
        assert client.page["card"]["scripts"] == []


async def test_a_page_knows_its_url_and_is_found_by_it() -> None:
    @h2o_wave.app("/")
    async def serve(q: Q) -> None:
        assert q.page.url.startswith("/")
        other = q.site[q.page.url]
        other["card"] = ui.markdown_card(box="1 1 1 1", title="T", content="C")
        await other.save()

    async with connect(serve) as client:
        assert client.page["card"]["title"] == "T"
