"""Budgets: what users, roles and all users together may use, and what answers cost."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from swell.chat import RunLimits, Turn, Used
from swell.chat.records import Limits, User
from swell.chat.refusal import LocalizedRefusal
from swell.chat.requests import NewPrompt
from swell.chat.runs.budgets import Budgets, Charge, Prices
from swell.chat.store import open_store
from swell.chat.store.tables import usage
from swell.chat.store.usage import Allowance, OverBudgetError, Spent
from swell.errors import LimitError
from swell.live.wire import Act
from swell.locales import words_of
from swell.models import Usage
from swell.parts import Text
from swell.settings.load import load_settings
from swell.settings.table import Settings
from swell.testing.chat import ChatClient, ChatTab, chatting
from tests.chat.clock import Clock
from tests.chat.processes import processes
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio


def budgets(**environ: str) -> Budgets:
    """Return the budgets of these environment variables, without `SWELL_`."""
    settings = load_settings({f"SWELL_{name}": value for name, value in environ.items()}, {})
    return Budgets(open_store(None), settings)


async def bill(turn: Turn) -> AsyncIterator[object]:
    """Answer with 100 tokens of a model, and charge what the prompt says."""
    if turn.prompt.startswith("charge "):
        turn.charge(float(turn.prompt.removeprefix("charge ")), note="a picture")
    yield "done"
    yield Usage(60, 40, "small-2")


async def used(chat: ChatClient) -> Used:
    """Return what the user of a chat has used."""
    app = chat.server.app
    (view,) = app._views
    return await app.store.used(view.user)


# ---------------------------------------------------------------------------------------- limits


def test_a_role_has_its_limits_in_place_of_those_of_every_user() -> None:
    made = budgets(
        PROMPTS_PER_DAY="10",
        RUNS_MAX_PER_USER="2",
        BUDGETS="staff: prompts_per_day=100 storage_bytes=2M, vip: prompts_per_day=0 runs=8",
    )
    default = Limits(prompts_per_minute=60, prompts_per_day=10, runs=2)
    assert made.limits() == made.limits(["unknown"]) == default
    staff = made.limits(["staff"])
    assert (staff.prompts_per_day, staff.storage_bytes, staff.runs) == (100, 2 << 20, 2)
    both = made.limits(["staff", "vip"])
    assert (both.prompts_per_day, both.storage_bytes, both.runs) == (0, 2 << 20, 8)


def test_limits_of_all_together_are_no_role() -> None:
    made = budgets(BUDGETS="total: prompts_per_day=5 money_per_day=2.5")
    assert made.limits(["total"]) == made.limits()
    assert made.allowance().total == Limits(prompts_per_day=5, money_per_day=2.5)


async def test_a_prompt_is_refused_by_the_limits_of_the_users_roles() -> None:
    settings = load_settings({"SWELL_BUDGETS": "guest: prompts_per_day=1"}, {})
    async with chatting(bill, server_settings=settings) as chat:
        runs = chat.server.app.runs

        async def ask(name: str, role: str) -> str:
            stored = await chat.server.app.store.user(name)
            user = msgspec.structs.replace(stored, roles=(role,))
            request, action = NewPrompt([Text("Hi")]), secrets.token_hex(8)
            try:
                await runs.submit(user, request, action_id=action, settings={}, locale="en")
            except LocalizedRefusal as refused:
                return refused.reason
            return ""

        assert [await ask("ann", "guest") for _ in range(2)] == ["", "used_up"]
        assert [await ask("bob", "member") for _ in range(2)] == ["", ""]


async def test_a_refusal_says_when_it_works_again_in_the_readers_language() -> None:
    clock = Clock()
    limits = RunLimits(prompts_per_day=1)
    store = open_store(None, app="test", clock=clock)
    async with chatting(bill, limits=limits, store=store, language="de") as chat:
        await chat.send("Hi")
        refused = await chat.send("Hi")
        assert refused.code == "used_up"
        assert refused.msg is not None
        assert "24 Std. " in refused.msg or "23 Std. " in refused.msg
        clock.ahead += 20 * 3600
        assert " 4 Std. " in str((await chat.send("Hi")).msg).replace(" 3 Std. ", " 4 Std. ")
        clock.ahead += 5 * 3600
        assert (await chat.send("Hi")).st == "ok"


async def test_counts_survive_a_restart(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'chat.db'}"
    async with chatting(bill, limits=RunLimits(prompts_per_day=1), store=store) as chat:
        assert (await chat.send("Hi")).st == "ok"
        await chat.server.restart()
        again = await chat.tab()
        assert (await again.send("Hi")).code == "used_up"


async def test_old_counts_go_with_the_purge_of_each_hour() -> None:
    clock = Clock()
    store = open_store(None, app="test", clock=clock)
    async with chatting(bill, store=store, server_settings=Settings(usage_keep_s=4e5)) as chat:
        await chat.send("Hi")
        app = chat.server.app
        for days, left in ((4, {3600}), (1, set())):  # at first those of 10 seconds
            clock.ahead += days * 86_400
            await app.purge()
            rows = await app.store.engine.read(lambda tx: tx.rows(select(usage.c.step)))
            assert {row[0] for row in rows} == left


async def test_a_hook_sees_usage_limits_and_roles() -> None:
    seen: list[Used] = []

    def admit(user: User, used: Used) -> str | None:
        seen.append(used)
        return "Too dear." if used.money_day >= 2 else None

    settings = Settings(model_prices=("small*=1/2",), tokens_per_day=5_000)
    async with chatting(bill, admit=admit, server_settings=settings) as chat:
        await chat.send("charge 2")
        assert (await chat.send("Hi")).msg == "Too dear."
    assert (seen[0].money_day, seen[0].roles) == (0, ("member",))
    assert seen[1].limits.tokens_per_day == 5_000
    assert (seen[1].tokens_day, seen[1].money_day) == (100, 2.00014)


# ----------------------------------------------------------------------------------------- money


def test_the_longest_name_of_a_model_that_fits_has_the_price() -> None:
    prices = Prices(Settings(model_prices=("*=1/1", "gpt-5*=2/8", "gpt-5-mini=0.25/2")))
    million = (1_000_000, 1_000_000)
    assert prices.micros({"gpt-5-2025-08-07": million}) == 10_000_000
    assert prices.micros({"gpt-5-mini": million}) == 2_250_000
    assert prices.micros({"other": million}) == prices.micros({"": million}) == 2_000_000
    assert prices.micros({"gpt-5-mini": (1, 0)}) == 1  # rounded up
    assert Prices(Settings()).micros({"gpt-5": million}) == 0


async def test_tokens_and_charges_are_counted_as_money_and_stored_with_the_answer() -> None:
    settings = Settings(model_prices=("small*=100/1000",), money_per_day=1.0)
    async with chatting(bill, server_settings=settings) as chat:
        await chat.send("charge 0.5")
        assert (await used(chat)).money_day == 0.546
        (view,) = chat.server.app._views
        assert view.thread is not None
        answer = (await chat.server.app.store.messages(view.thread.id))[-1]
        assert answer.usage == {
            "input": 60,
            "output": 40,
            "money": 0.546,
            "charges": [{"amount": 0.5, "note": "a picture"}],
        }
        assert [(await chat.send("charge 0.5")).st for _ in range(2)] == ["ok", "err"]


async def test_a_stopped_answer_costs_what_was_charged() -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        turn.charge(0.25)
        yield "on"
        try:
            await asyncio.Event().wait()
        finally:
            turn.charge(0.5)

    async with chatting(answer) as chat:
        await chat.send("Hi", wait=False)
        await chat.says("on")
        await chat.stop()
        app = chat.server.app
        async with asyncio.timeout(5):
            while (await used(chat)).money_day < 0.75:  # noqa: ASYNC110 - no event says so
                await asyncio.sleep(0)
        assert not app.runs.all()


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf"), 2e9])
async def test_a_charge_must_be_an_amount(turn: Turn, amount: float) -> None:
    with pytest.raises(ValueError, match="a charge must be 0 to 1,000,000,000"):
        turn.charge(amount)


async def test_charges_from_a_thread_count() -> None:
    def answer(turn: Turn) -> str:
        turn.charge(0.1)
        turn.charge(0.2)
        return "done"

    async with chatting(answer) as chat:
        await chat.send("Hi")
        assert (await used(chat)).money_day == 0.3


def test_charges_are_rounded_up_to_millionths() -> None:
    made = budgets()
    assert made.spent({}, [Charge(0.1), Charge(0.0000001)]) == Spent(0, 100_001)


# ---------------------------------------------------------------------------- files and the queue


async def test_files_that_a_handler_makes_count_as_storage() -> None:
    refused: list[str] = []

    async def answer(turn: Turn) -> Any:
        try:
            return await turn.file(b"x" * 60, "a.txt")
        except LimitError as error:
            refused.append(str(error))
            return "full"

    async with chatting(answer, limits=RunLimits(storage_per_user=100)) as chat:
        await chat.send("Hi")
        await chat.send("Hi")
        assert chat.answer == "full"
        assert "100 bytes" in refused[0]
        assert (await used(chat)).storage_bytes == 60


async def test_an_attachment_that_does_not_fit_is_refused_before_it_is_stored() -> None:
    limits = RunLimits(storage_per_user=2048)
    async with chatting(bill, limits=limits, attachments=True) as chat:
        await chat.attach("One", [("a.txt", b"x" * 1500)])
        file = await chat.page.upload("b.txt", b"x" * 1500)
        prompt = {"text": "Two", "files": [file], "command": None, "mentions": []}
        act = Act("two", {"chat": "Two"}, "chat", ("chat", "submit", prompt))
        ack = await chat.page.send(act)
        assert ack.code == "used_up"
        assert str(ack.msg).startswith("Your files fill the 2 KB that you have.")
        assert len(chat.messages) == 2
        assert (await used(chat)).storage_bytes == 1500


class Held:
    """A handler that answers when the test lets it."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.running = self.most = 0

    async def __call__(self, turn: Turn) -> str:
        self.running += 1
        self.most = max(self.most, self.running)
        await self.go.wait()
        self.running -= 1
        return "done"


async def test_answers_of_one_user_wait_in_all_processes_and_show_their_place(
    postgres: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres, postgres_template)
    held, limits = Held(), RunLimits(per_user_running=2)
    async with processes(held, held, url=url, limits=limits) as (one, two):
        tabs = [await process.tab() for process in (one, one, two, two)]
        for tab in tabs:
            await tab.send("Hi", wait=False)
        await tabs[2].says("1")
        await tabs[3].says("2")
        assert [tab.answer for tab in tabs] == [
            "",
            "",
            "*Number 1 in the queue*",
            "*Number 2 in the queue*",
        ]
        assert held.running == 2
        held.go.set()
        for tab in tabs:
            await tab.done()
        assert {tab.answer for tab in tabs} == {"done"}
        assert held.most == 2


async def test_two_processes_respect_one_budget(
    postgres: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres, postgres_template)

    async def ask(tab: ChatTab) -> str:
        ack = await tab.send("Hi")
        return ack.code or ""

    limits = RunLimits(prompts_per_day=5)
    async with processes(bill, bill, url=url, limits=limits) as (one, two):
        tabs = [await process.tab() for process in (one, two) for _ in range(4)]
        found = await asyncio.gather(*map(ask, tabs))
        assert sorted(found) == [""] * 5 + ["used_up"] * 3
    async with processes(bill, url=url, limits=RunLimits(tokens_per_day=500)) as (again,):
        assert await ask(await again.tab()) == "used_up"


# ---------------------------------------------------------------------------------- what is left


def test_a_notice_is_there_from_80_percent_on() -> None:
    made = budgets(TOKENS_PER_DAY="1000", MONEY_PER_DAY="2", STORAGE_PER_USER_BYTES="3M")
    ann, words = User("ann", "ann", None, 0.0), words_of()
    assert made.notice("ann", words) is None
    made.remember(ann, Used(tokens_day=799, money_day=1.0))
    assert made.notice("ann", words) is None
    made.note("ann", Spent(1, 0))
    assert made.notice("ann", words) == "Tokens in 24 hours: 800 of 1,000"
    made.note("ann", Spent(0, 990_000))
    assert made.notice("ann", words) == "Cost in 24 hours: 1.99 USD of 2.00 USD"
    made.remember(ann, Used(storage_bytes=int(2.9 * (1 << 20))))
    assert made.notice("ann", words_of("de")) == "Gespeicherte Dateien: 2.9 MB von 3 MB"


def test_a_limit_of_all_users_is_said_to_be_one() -> None:
    made = budgets()
    for limit, said in (
        ("tokens_per_day", words_of().all_used_up.format(wait="1 h 1 min")),
        ("prompts_per_minute", words_of().queue_full),
        ("storage_bytes", words_of().storage_full),
    ):
        error = OverBudgetError(limit, total=True, wait_s=3601, most=1)
        assert str(made.refusal(error)) == said


def test_a_chat_without_limits_by_the_day_shows_nothing() -> None:
    assert not budgets(PROMPTS_PER_MINUTE="5").shows()
    assert budgets(BUDGETS="guest: prompts_per_day=5").shows(["guest"])
    assert Allowance() == Allowance(Limits(), Limits(), 0)
