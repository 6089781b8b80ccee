"""Admission: how many answers are made at once, who waits, and how many prompts a person has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from swell.chat import RunLimits, Turn, Used
from swell.chat.records import User
from swell.chat.refusal import LocalizedRefusal
from swell.chat.runs.admission import Pace
from swell.locales import words_of
from swell.models import Usage
from swell.settings.table import Settings
from swell.testing.chat import ChatTab, chatting

pytestmark = pytest.mark.anyio


class Held:
    """A handler that answers when the test lets it, and knows how many run at once."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.running = self.most = 0

    async def __call__(self, turn: Turn) -> str:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.go.wait()
        finally:
            self.running -= 1
        return "done"


async def test_25_free_sessions_do_not_run_200_handlers_at_once() -> None:
    answer, limits = Held(), RunLimits(total=5, per_user_running=2)
    async with chatting(answer, limits=limits) as chat:
        tabs = [await chat.server.tab(f"browser {i}") for i in range(25)]
        for tab in tabs[:3]:
            await tab.open("")
        acks = [await tab.send("Hi", wait=False) for tab in tabs]
        assert {ack.st for ack in acks} == {"ok"}
        assert [tab.answer for tab in tabs[4:7]] == [
            "",
            "*Number 1 in the queue*",
            "*Number 2 in the queue*",
        ]
        answer.go.set()
        for tab in tabs:
            await tab.done()
        assert {tab.answer for tab in tabs} == {"done"}
        assert answer.most == 5


async def test_the_place_in_the_queue_moves_and_stop_works_in_it() -> None:
    answer = Held()
    async with chatting(answer, limits=RunLimits(total=1), language="de") as first:
        second = await first.server.tab("second", language="fr")
        third = await first.server.tab("third", language="ar")
        for tab in (first, second, third):
            await tab.send("Hi", wait=False)
        assert second.answer == words_of("fr").queued.format(place=1)
        assert third.answer == words_of("ar").queued.format(place=2)
        assert second.generating
        again = await first.server.tab("second", second.address)
        assert again.answer == "*Number 1 in the queue*"  # also in another tab, in its language
        await second.stop()
        assert (second.answer, second.status) == ("", "stopped")
        await third.says("1")
        answer.go.set()
        await third.done()
        assert (third.answer, third.status) == ("done", "done")


async def test_one_person_and_one_address_leave_room_for_others() -> None:
    answer = Held()
    limits = RunLimits(total=10, per_user_running=2, per_address=3)
    async with chatting(answer, limits=limits) as chat:
        mine = [await chat.server.tab() for _ in range(3)]
        for tab in mine:
            await tab.send("Hi", wait=False)
        assert [tab.answer for tab in mine] == ["", "", "*Number 1 in the queue*"]
        near: list[ChatTab] = []
        for i in range(4):
            tab = await chat.server.tab(f"near {i}")
            await tab.drop()
            tab.page.peer = "192.0.2.1"
            await tab.back()
            near.append(tab)
            await tab.send("Hi", wait=False)
        assert [bool(tab.answer) for tab in near] == [False, False, False, True]
        other = await chat.server.tab("other")
        await other.send("Hi", wait=False)
        assert other.answer == ""
        answer.go.set()
        for tab in (*mine, *near, other):
            await tab.done()


async def test_a_full_queue_refuses_and_says_so() -> None:
    answer = Held()
    async with chatting(answer, limits=RunLimits(total=1, queue=1)) as chat:
        tabs = [await chat.server.tab(f"browser {i}") for i in range(3)]
        acks = [await tab.send("Hi", wait=False) for tab in tabs]
        assert [ack.st for ack in acks] == ["ok", "ok", "err"]
        assert (acks[2].code, acks[2].msg) == ("queue_full", words_of("en").queue_full)
        answer.go.set()
        await tabs[1].done()


async def test_prompts_of_a_minute_and_tokens_of_a_day_are_bounded() -> None:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        yield "done"
        yield Usage(60, 40)

    limits = RunLimits(prompts_per_minute=2, tokens_per_day=1_000)
    async with chatting(answer, limits=limits) as chat:
        acks = [await chat.send("Hi") for _ in range(3)]
        assert [ack.code for ack in acks] == [None, None, "too_fast"]
        assert acks[2].msg is not None
        assert "Try again in" in acks[2].msg
        other = await chat.server.tab("other")
        assert (await other.send("Hi")).st == "ok"
    async with chatting(answer, limits=RunLimits(tokens_per_day=150)) as chat:
        acks = [await chat.send("Hi") for _ in range(3)]
        assert [ack.code for ack in acks] == [None, None, "used_up"]


async def test_an_app_may_decide_itself() -> None:
    seen: list[tuple[str, Used]] = []

    async def admit(user: User, used: Used) -> str | None:
        seen.append((user.subject, used))
        return "Subscribe to ask more." if used.prompts_day >= 1 else None

    async def answer(turn: Turn) -> AsyncIterator[object]:
        yield "done"
        yield Usage(60, 40)

    async with chatting(answer, admit=admit) as chat:
        acks = [await chat.send("Hi") for _ in range(2)]
        assert [ack.st for ack in acks] == ["ok", "err"]
        assert acks[1].msg == "Subscribe to ask more."
        counts = [(used.prompts_minute, used.prompts_day, used.tokens_day) for _, used in seen]
        assert counts == [(0, 0, 0), (1, 1, 100)]


def test_an_address_may_send_again_when_its_prompts_are_a_minute_old() -> None:
    now = 0.0
    pace = Pace(3, clock=lambda: now)

    def take(address: str) -> str:
        try:
            pace.take(address)
        except LocalizedRefusal as refused:
            return refused.reason
        return ""

    assert [take("a") for _ in range(4)] == ["", "", "", "too_fast"]
    assert [take("b"), take("")] == ["", ""]
    now = 59.9
    assert take("a") == "too_fast"
    now = 60.0
    assert [take("a") for _ in range(4)] == ["", "", "", "too_fast"]


async def test_the_settings_bound_what_the_limits_of_an_app_do_not_name() -> None:
    async def answer(turn: Turn) -> str:
        return "done"

    settings = Settings(prompts_per_minute=2)
    async with chatting(answer, limits=RunLimits(total=5), server_settings=settings) as chat:
        acks = [await chat.send("Hi") for _ in range(3)]
    assert [ack.code for ack in acks] == [None, None, "too_fast"]
