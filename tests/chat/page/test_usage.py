"""Usage on the page: a quiet line when most of a limit is used, and a panel with all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from swell.chat import RunLimits, Turn
from swell.identity import Identity
from swell.models import Usage
from swell.settings.load import load_settings
from swell.testing.chat import ChatTab, chatting

pytestmark = pytest.mark.anyio


async def answer(turn: Turn) -> AsyncIterator[object]:
    yield "done"
    yield Usage(60, 40)


def notice(tab: ChatTab) -> str | None:
    """Return the line below the prompt box."""
    found: str | None = tab.page.page["chat"].get("notice")
    return found


def commands(tab: ChatTab) -> list[str]:
    """Return the names in the menu of the sidebar."""
    return [command["name"] for command in tab.page.page["threads"]["commands"]]


async def test_a_line_below_the_box_says_what_is_used_from_80_percent_on() -> None:
    async with chatting(answer, limits=RunLimits(prompts_per_day=5)) as chat:
        for _ in range(3):
            await chat.send("Hi")
            assert notice(chat) is None
        await chat.send("Hi")
        assert notice(chat) == "Messages in 24 hours: 4 of 5"
        other = await chat.tab(language="es")
        assert notice(other) == "Mensajes en 24 horas: 4 de 5"
        stranger = await chat.tab("another browser")
        assert notice(stranger) is None


async def test_tokens_of_an_answer_change_the_line_when_it_ends() -> None:
    async with chatting(answer, limits=RunLimits(tokens_per_day=120)) as chat:
        await chat.send("Hi")
        assert notice(chat) == "Tokens in 24 hours: 100 of 120"


async def test_the_menu_has_a_panel_with_all_limits() -> None:
    limits = RunLimits(prompts_per_day=4, tokens_per_day=1_000)
    async with chatting(answer, limits=limits) as chat:
        await chat.send("Hi")
        assert "usage" in commands(chat)
        await chat.page.act("usage", True)
        items: list[dict[str, Any]] = chat.page.page["panel"]["items"]
        bars = [item["progress"] for item in items if "progress" in item]
        assert [(bar["label"], bar["value"]) for bar in bars] == [
            ("Messages in 24 hours: 1 of 4", 0.25),
            ("Tokens in 24 hours: 100 of 1,000", 0.1),
        ]
        await chat.page.act("close_panel", True)
        assert "panel" not in chat.page.page


async def test_a_chat_without_such_limits_has_neither() -> None:
    async with chatting(answer) as chat:
        await chat.send("Hi")
        assert notice(chat) is None
        assert "usage" not in commands(chat)


async def test_a_user_sees_the_limits_of_their_roles() -> None:
    roles: list[str] = ["guest"]
    settings = load_settings({"SWELL_BUDGETS": "guest: prompts_per_day=2"}, {})
    async with chatting(
        answer,
        server_settings=settings,
        identify=lambda _: Identity("ann", roles=tuple(roles)),
    ) as chat:
        assert "usage" in commands(chat)
        assert [(await chat.send("Hi")).code for _ in range(3)] == [None, None, "used_up"]
        roles.clear()
        member = await chat.tab("another browser")
        assert "usage" not in commands(member)
        assert (await member.send("Hi")).st == "ok"
