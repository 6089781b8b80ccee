"""The demo as an app: what a person sees who asks, stops, reads a page and goes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from swell.demo import answer
from swell.demo import app as demo
from swell.testing import Append, connect

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SWELL_MODEL", raising=False)
    monkeypatch.setattr(answer, "PACE_S", 0)


def generating(page: dict[str, Any]) -> bool:
    return bool(page["chat"].get("generating"))


def messages(page: dict[str, Any]) -> list[list[Any]]:
    rows: list[list[Any]] = page["chat"]["data"]
    return rows


async def test_it_opens_with_an_empty_chat_and_suggestions() -> None:
    async with connect(demo.serve) as client:
        assert set(client.page) == {"meta", "header", "chat"}
        assert messages(client.page) == []
        assert len(client.page["chat"]["suggestions"]) == len(demo.SUGGESTIONS)


async def test_an_answer_is_streamed_and_ends() -> None:
    async with connect(demo.serve) as client:
        client.take_ops()
        await client.act("ask", "How does the stop button work?")
        [question, [text, from_user]] = messages(client.page)
        assert question == ["How does the stop button work?", True]
        assert not from_user
        assert text == answer.compose(demo.index().search("How does the stop button work?"))
        assert sum(isinstance(op, Append) for op in client.take_ops()) > 10
        assert not generating(client.page)
        assert "suggestions" not in client.page["chat"]


async def test_every_suggestion_is_answered_from_the_pages() -> None:
    for name, (label, _) in demo.SUGGESTIONS.items():
        async with connect(demo.serve) as client:
            await client.event("ask", "suggestion", name)
            [question, [text, _]] = messages(client.page)
            assert question == [label, True]
            assert text.startswith(answer.LEAD)


async def test_a_suggestion_that_was_not_made_does_nothing() -> None:
    async with connect(demo.serve) as client:
        await client.event("ask", "suggestion", "constructor")
        assert messages(client.page) == []


async def test_stop_ends_the_answer_and_the_text_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "PACE_S", 3600)  # the first word, then a very long wait
    async with connect(demo.serve) as client:
        prompt = asyncio.create_task(client.act("ask", "How do I stream an answer?"))
        await client.until(lambda page: messages(page)[1:] == [["This", False]])
        assert generating(client.page)
        await client.event("ask", "stop")
        await prompt
        assert messages(client.page)[1:] == [["This", False]]
        assert not generating(client.page)
        monkeypatch.setattr(answer, "PACE_S", 0)
        await client.act("ask", "What is the capital of France?")
        assert messages(client.page)[-1] == [answer.NOTHING, False]


async def test_a_new_question_ends_the_answer_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "PACE_S", 3600)
    async with connect(demo.serve) as client:
        first = asyncio.create_task(client.act("ask", "How do I stream an answer?"))
        await client.until(lambda page: messages(page)[1:] == [["This", False]])
        second = asyncio.create_task(client.act("ask", "How does the stop button work?"))
        await client.until(lambda page: len(messages(page)) == 4 and messages(page)[3][0])
        assert [row[0] for row in messages(client.page)][1::2] == ["This", "This"]
        assert generating(client.page)
        await client.event("ask", "stop")
        await asyncio.gather(first, second)


async def test_stop_without_an_answer_does_nothing() -> None:
    async with connect(demo.serve) as client:
        await client.event("ask", "stop")
        assert messages(client.page) == []


async def test_a_link_opens_its_page_and_the_button_leads_back() -> None:
    async with connect(demo.serve) as client:
        await client.act("ask", "How do I stream an answer?")
        await client.act("#", "docs/tutorial/streaming")
        assert client.page["page"]["content"].startswith("# Stream an answer")
        assert "#chat" in str(client.page["header"]["items"])
        await client.act("#", "chat")
        assert "page" not in client.page
        assert "#chat" not in str(client.page["header"]["items"])
        assert len(messages(client.page)) == 2


async def test_a_page_can_be_opened_by_its_address() -> None:
    async with connect(demo.serve, hash="docs/howto/stop") as client:
        assert client.page["page"]["content"].startswith("# Add a stop button")


@pytest.mark.parametrize("path", ["nowhere", "../../../etc/passwd", "howto/stop.md"])
async def test_a_page_that_is_not_there_says_so(path: str) -> None:
    async with connect(demo.serve, hash=f"docs/{path}") as client:
        assert "no such page" in client.page["page"]["content"]


async def test_the_theme_button_switches_both_ways() -> None:
    async with connect(demo.serve) as client:
        for theme in ("h2o-dark", "light"):
            await client.act("theme")
            assert client.page["meta"]["theme"] == theme
