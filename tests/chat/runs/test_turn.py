"""`Turn`: a handler asks, names the thread, suggests, and reads what was said."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from swell import ui
from swell.chat import RunLimits, Turn
from swell.errors import AskTimeoutError
from swell.live.wire import Act
from swell.testing.chat import ChatTab, chatting

pytestmark = pytest.mark.anyio


def act(name: str, values: dict[str, Any]) -> Act:
    """Return what a browser sends when a button among controls is pressed."""
    return Act(str(uuid.uuid4()), {**values, name: True}, name)


def controls(tab: ChatTab) -> list[str]:
    """Return the names of the controls of the question that is shown."""
    found: list[str] = []

    def look(node: Any) -> None:
        if isinstance(node, dict):
            if str(node.get("name", "")).startswith("ask-"):
                found.append(node["name"])
            node = list(node.values())
        if isinstance(node, list):
            for one in node:
                look(one)

    look(tab.messages[-1]["parts"] if tab.messages else None)
    return found


async def test_a_question_is_answered_once_from_any_tab() -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        trip = await turn.ask(ui.textbox("city", "City"))
        yield f"To {trip.city}."

    async with chatting(answer) as chat:
        await chat.send("Plan", wait=False)
        await chat.page.until(lambda _: controls(chat))
        other = await chat.tab(address=chat.address)
        field, button = controls(other)
        assert controls(chat) == [field, button]
        await chat.drop()
        await chat.back()
        assert controls(chat) == [field, button]
        await other.page.send(act(button, {field: "Oslo"}))
        await chat.done()
        assert chat.answer == "To Oslo."
        assert "City: Oslo" in str(chat.messages[-1]["parts"])
        refused = await chat.page.send(act(button, {field: "Rome"}))
        assert (refused.st, refused.code) == ("err", "not_open")
        assert chat.answer == "To Oslo."


async def test_a_question_that_nobody_answers_ends_with_a_clear_state() -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        try:
            await turn.confirm("Really?", timeout_s=0.01)
        except AskTimeoutError:
            yield "Then not."

    async with chatting(answer) as chat:
        await chat.send("Delete")
        assert chat.answer == "Then not."
        assert "No answer in time" in str(chat.messages[-1]["parts"])
        assert controls(chat) == []


async def test_stop_while_a_question_is_open_ends_both() -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield str(await turn.confirm("Really?"))

    async with chatting(answer) as chat:
        await chat.send("Delete", wait=False)
        await chat.page.until(lambda _: controls(chat))
        await chat.stop()
        assert (chat.status, controls(chat)) == ("stopped", [])


async def test_suggestions_are_there_after_a_restart(tmp_path: Path) -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        turn.suggest("More", "Less")
        yield turn.prompt

    def offered(tab: ChatTab) -> list[str]:
        return [one["label"] for one in tab.page.page["chat"].get("follow_ups") or ()]

    async with chatting(answer, store=str(tmp_path / "chat.db")) as chat:
        await chat.send("Hello")
        await chat.page.until(lambda _: offered(chat) == ["More", "Less"])
        address = chat.address
        await chat.server.restart()
        again = await chat.tab(address=address)
        assert offered(again) == ["More", "Less"]


async def test_titles_and_suggestions_are_the_handlers() -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        turn.title("  A fine   name ")
        turn.suggest("More", "Less")
        yield turn.prompt

    async with chatting(answer, suggestions=["Begin"], limits=RunLimits(flush_s=0.01)) as chat:
        [begin] = chat.page.page["chat"]["suggestions"]
        await chat.page.event("chat", "suggestion", begin["name"])
        await chat.says("Begin")
        await chat.done()
        await chat.page.until(lambda _: chat.threads == ["A fine name"])
        more, _ = chat.page.page["chat"]["follow_ups"]
        await chat.page.event("chat", "suggestion", more["name"])
        await chat.says("More")
        await chat.done()
        assert chat.texts == ["Begin", "Begin", "More", "More"]


async def test_a_turn_tells_models_what_was_said() -> None:
    told: list[list[dict[str, Any]]] = []

    async def answer(turn: Turn) -> str:
        told.append(turn.as_openai(system="Be brief."))
        assert turn.as_anthropic() == told[-1][1:]
        return "Fine."

    async with chatting(answer) as chat:
        await chat.send("How are you?")
        await chat.send("Good.")
        assert told[-1] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "How are you?"},
            {"role": "assistant", "content": "Fine."},
            {"role": "user", "content": "Good."},
        ]
        await asyncio.sleep(0)
