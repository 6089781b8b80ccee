"""Usage: what users have used is counted in the database, by all processes and over restarts."""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from swell.chat.records import Limits, Used, User
from swell.chat.requests import NewPrompt
from swell.chat.store import Store, open_store
from swell.chat.store import usage as module
from swell.chat.store.engines.base import Tx
from swell.chat.store.tables import usage
from swell.chat.store.usage import SHARDS, Allowance, OverBudgetError, Spent
from swell.parts import File, Text
from tests.chat.clock import Clock

pytestmark = pytest.mark.anyio


class Asking:
    """A user who sends prompts, each in a new thread."""

    def __init__(self, store: Store, user: User, allowance: Allowance) -> None:
        self.store, self.user, self.allowance = store, user, allowance

    async def ask(self, files: int = 0) -> str:
        """Send a prompt; return the name of the limit that refused it, or nothing."""
        parts = [Text("hi"), *[File("a.txt", "stored:" + "0" * 32, 1) for _ in range(files)]]
        try:
            accepted = await self.store.accept(
                self.user.id,
                NewPrompt(parts),
                action_id=secrets.token_hex(8),
                allowance=self.allowance,
            )
        except OverBudgetError as error:
            return error.limit
        self.run_id = accepted.run.id
        return ""

    async def finish(self, tokens: int = 0, micros: int = 0) -> None:
        """End the answer to the last prompt."""
        await self.store.start(self.run_id)
        await self.store.finish(self.run_id, "done", [Text("x")], spent=Spent(tokens, micros))


async def asking(store: Store, name: str = "ann", **limits: float) -> Asking:
    """Return a user with these limits."""
    mine = Limits(**limits)  # type: ignore[arg-type]
    return Asking(store, await store.user(name), Allowance(mine))


@asynccontextmanager
async def another(url: str, clock: Clock) -> AsyncIterator[Store]:
    """Open the same database as another process does."""
    store = open_store(url, clock=clock)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def later(store: Store, clock: Clock, seconds: int) -> None:
    """Let time pass: the clock of SQLite's store, or the age of what PostgreSQL has counted."""
    clock.ahead += seconds
    if store.distributed:
        moved = usage.update().values(start=usage.c.start - seconds)
        await store.engine.write(lambda tx: tx.run(moved))


async def test_a_prompt_too_many_is_refused_until_the_first_is_a_minute_old(
    store: Store, clock: Clock
) -> None:
    ann = await asking(store, prompts_per_minute=2)
    assert [await ann.ask() for _ in range(3)] == ["", "", "prompts_per_minute"]
    with pytest.raises(OverBudgetError) as refused:
        await store.accept(
            ann.user.id, NewPrompt([Text("x")]), action_id="x", allowance=ann.allowance
        )
    assert refused.value.wait_s is not None
    assert 40 <= refused.value.wait_s <= 70
    assert not refused.value.total
    await later(store, clock, 40)
    assert await ann.ask() == "prompts_per_minute"
    await later(store, clock, refused.value.wait_s - 39)
    assert await ann.ask() == ""


async def test_a_refused_prompt_leaves_nothing_and_does_not_count(store: Store) -> None:
    ann = await asking(store, prompts_per_day=1)
    assert [await ann.ask() for _ in range(3)] == ["", "prompts_per_day", "prompts_per_day"]
    assert len(await store.threads(ann.user.id)) == 1
    assert (await store.used(ann.user)).prompts_day == 1


async def test_the_same_action_counts_once(store: Store) -> None:
    ann = await asking(store, prompts_per_day=1)
    for duplicate in (False, True):
        accepted = await store.accept(
            ann.user.id, NewPrompt([Text("x")]), action_id="same", allowance=ann.allowance
        )
        assert accepted.duplicate is duplicate
    assert (await store.used(ann.user)).prompts_day == 1


async def test_tokens_and_money_of_answers_are_limited_by_the_day(
    store: Store, clock: Clock
) -> None:
    ann = await asking(store, tokens_per_day=100, money_per_day=1.0)
    bob = await asking(store, "bob", money_per_day=0.5)
    assert await ann.ask() == ""
    await ann.finish(tokens=99, micros=250_000)
    assert await ann.ask() == ""  # while anything is left
    await ann.finish(tokens=1)
    assert await ann.ask() == "tokens_per_day"
    assert await bob.ask() == ""
    await bob.finish(micros=500_000)
    assert await bob.ask() == "money_per_day"
    used = await store.used(ann.user)
    assert (used.tokens_day, used.money_day, used.prompts_day) == (100, 0.25, 2)
    await later(store, clock, 25 * 3600 + 1)
    assert [await ann.ask(), await bob.ask()] == ["", ""]


async def test_attachments_are_limited_and_prompts_without_any_are_not(store: Store) -> None:
    ann = await asking(store, attachments_per_day=3)
    assert [await ann.ask(2), await ann.ask(2), await ann.ask(1)] == ["", "attachments_per_day", ""]
    assert await ann.ask() == ""
    assert (await store.used(ann.user)).attachments_day == 3


async def test_storage_is_limited_by_the_files_that_are_kept(store: Store) -> None:
    ann = await store.user("ann")
    mine = Allowance(Limits(storage_bytes=100))

    async def add(size: int, allowance: Allowance) -> None:
        await store.add_file(
            ann.id, name="a", mime="", size=size, path=f"p{size}", allowance=allowance
        )

    await add(60, mine)
    with pytest.raises(OverBudgetError, match="storage_bytes"):
        await add(41, mine)
    await add(40, mine)
    with pytest.raises(OverBudgetError) as refused:
        await add(1, Allowance(total=Limits(storage_bytes=100)))
    assert refused.value.total
    assert (await store.used(ann)).storage_bytes == 100


async def test_limits_of_all_together_hold_for_the_sum_of_users(store: Store) -> None:
    for total, limit in (
        (Limits(prompts_per_minute=3), "prompts_per_minute"),
        (Limits(prompts_per_day=5), "prompts_per_day"),
    ):
        users = [await asking(store, f"{limit} {i}") for i in range(3)]
        for user in users:
            user.allowance = Allowance(total=total)
        refused = [await user.ask() for user in users for _ in range(2)]
        before = {"prompts_per_minute": 0, "prompts_per_day": 3}[limit]
        room = {"prompts_per_minute": 3, "prompts_per_day": 5}[limit] - before
        assert refused == [""] * room + [limit] * (6 - room)


async def test_counts_hold_over_restarts_and_processes(url: str, clock: Clock) -> None:
    async with another(url, clock) as first:
        ann = await asking(first, prompts_per_day=2)
        assert await ann.ask() == ""
        if first.distributed:
            async with another(url, clock) as second:
                assert await Asking(second, ann.user, ann.allowance).ask() == ""
        else:
            assert await ann.ask() == ""
    async with another(url, clock) as restarted:
        again = Asking(restarted, ann.user, ann.allowance)
        assert await again.ask() == "prompts_per_day"


async def test_prompts_of_one_user_at_the_same_moment_do_not_pass_together(
    url: str, clock: Clock
) -> None:
    async with another(url, clock) as first, AsyncExitStack() as stack:
        ann = await asking(first, prompts_per_day=5)
        stores = [first]
        if first.distributed:
            stores.append(await stack.enter_async_context(another(url, clock)))
        each = [Asking(store, ann.user, ann.allowance) for store in stores]
        found = await asyncio.gather(*[one.ask() for _ in range(10) for one in each])
        assert found.count("") == 5
        assert (await first.used(ann.user)).prompts_day == 5


async def test_a_prompt_does_not_wait_for_the_commit_of_another_users_prompt(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = itertools.cycle(range(SHARDS))  # by chance otherwise
    monkeypatch.setattr(random, "randrange", lambda _: next(rows))
    async with another(url, clock) as store:
        if not store.distributed:
            return  # SQLite has one writer
        ann, bob = await asking(store, "ann"), await asking(store, "bob")
        ann.allowance = bob.allowance = Allowance(total=Limits(prompts_per_day=10))
        counted, end = threading.Event(), threading.Event()
        attempts: list[Tx] = []

        def count(tx: Tx) -> None:
            attempts.append(tx)
            module.count_prompt(tx, "", ann.user.id, 0)
            counted.set()
            end.wait(20)

        first = asyncio.create_task(store.engine.write(count))
        await asyncio.to_thread(counted.wait)
        assert await bob.ask() == ""
        assert not first.done()
        end.set()
        await first
        assert len(attempts) == 1  # PostgreSQL ends a transaction that keeps others waiting


async def test_requests_of_programs_are_counted_without_a_stored_user(store: Store) -> None:
    allowance = Allowance(Limits(prompts_per_day=2, attachments_per_day=1))
    for attachments, limit in (
        (0, ""),
        (2, "attachments_per_day"),
        (1, ""),
        (0, "prompts_per_day"),
    ):
        try:
            await store.take_request("api:bot", allowance, attachments)
            found = ""
        except OverBudgetError as error:
            found = error.limit
        assert found == limit
    await store.spend("api:bot", Spent(10, 20))
    counts = Used(
        prompts_minute=2, prompts_day=2, attachments_day=1, tokens_day=10, money_day=20 / 1e6
    )
    assert await store.used(User("", "api:bot", None, 0.0)) == counts


async def test_at_most_so_many_answers_of_a_user_run_at_once(store: Store) -> None:
    ann, bob = await asking(store), await asking(store, "bob")
    runs = []
    for _ in range(3):
        await ann.ask()
        runs.append(ann.run_id)
    await bob.ask()
    assert [await store.start(run, most=2) for run in runs] == [True, True, False]
    assert await store.start(bob.run_id, most=2)
    assert await store.place(runs[2], 2) == 1
    await store.finish(runs[0], "done", [Text("x")])
    assert await store.place(runs[2], 2) is None
    assert await store.start(runs[2], most=2)


async def test_answers_that_wait_or_run_are_limited(store: Store) -> None:
    ann = await asking(store)
    ann.allowance = Allowance(active=2)
    assert [await ann.ask() for _ in range(3)] == ["", "", "active"]
    await ann.finish()
    assert await ann.ask() == ""


async def test_old_counts_are_removed(store: Store, clock: Clock) -> None:
    ann = await asking(store)
    await ann.ask()

    async def rows() -> int:
        return len(await store.engine.read(lambda tx: tx.rows(usage.select())))

    assert await rows() == 3
    await later(store, clock, 2 * 86_400)
    await store.drop_usage(keep_s=3 * 86_400)
    assert await rows() == 2
    await later(store, clock, 86_400 + 3600)
    await store.drop_usage(keep_s=3 * 86_400)
    assert await rows() == 0
