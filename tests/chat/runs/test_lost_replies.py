"""The database does what it was asked, and its reply gets lost: no run is lost or made twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from swell import ui
from swell.chat import Turn
from swell.chat.records import User
from swell.chat.store.processes import LEASE_S
from swell.chat.store.store import Store
from swell.errors import StoreUnavailableError
from swell.live.wire import Act
from tests.chat.processes import processes
from tests.postgres import PostgresServer, new_database

from .test_peers import Words, silence


@pytest.fixture
def url(postgres: PostgresServer, postgres_template: str) -> str:
    return new_database(postgres, postgres_template)


def lose_reply(store: Store, name: str, patch: pytest.MonkeyPatch) -> None:
    """Let the next call of a method be carried out, and look as if the store were away."""
    method: Callable[..., Awaitable[Any]] = getattr(store, name)

    async def carried_out(*args: Any, **named: Any) -> Any:
        patch.setattr(store, name, method)
        await method(*args, **named)
        raise StoreUnavailableError("the connection broke")

    patch.setattr(store, name, carried_out)


async def test_a_prompt_that_was_stored_unknowingly_is_answered(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first, other = await one.tab(), await two.tab()
        lose_reply(one.app.store, "accept", monkeypatch)
        assert (await first.send("Hi", wait=False)).st == "err"
        words.say("Hello.", None)
        await one.app.runs._peers.beat()
        [thread] = await one.app.store.threads((await one.app.store.user("ann")).id)
        await other.open(f"t/{thread.id}")
        await other.says("Hello.")
        await other.done()
        assert (other.texts, other.status, words.calls) == (["Hi", "Hello."], "done", 1)


async def test_a_run_that_was_started_unknowingly_is_made(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, _):
        tab = await one.tab()
        lose_reply(one.app.store, "start", monkeypatch)
        words.say("Hello.", None)
        await tab.send("Hi")
        assert (tab.texts, tab.status, words.calls) == (["Hi", "Hello."], "done", 1)


async def ask(turn: Turn) -> AsyncIterator[str]:
    said = await turn.ask([ui.textbox("name", label="Name")])
    yield f"Hello {said.name}."


@pytest.fixture
def no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the heartbeats to the test."""
    monkeypatch.setattr("swell.chat.store.processes.BEAT_S", 3600.0)


@pytest.mark.usefixtures("no_heartbeat")
async def test_an_answer_to_a_question_comes_again_when_the_reply_that_held_it_was_lost(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with processes(ask, ask, url=url) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        second = await two.tab(first.address)
        await second.asked()
        lose_reply(one.app.store, "asked", monkeypatch)
        lose_reply(one.app.store, "beat", monkeypatch)
        await second.fill(name="Ann")
        for _ in range(2):  # the reply to the first is lost
            await one.app.runs._peers.beat()
        await second.says("Hello Ann.")


@pytest.mark.usefixtures("no_heartbeat")
async def test_a_run_that_was_stored_unknowingly_is_stopped_when_it_has_been_found(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        lose_reply(one.app.store, "accept", monkeypatch)
        assert (await first.send("Hi", wait=False)).st == "err"
        [thread] = await one.app.store.threads((await one.app.store.user("ann")).id)
        [run] = await one.app.store.active_runs(thread.id)
        assert await two.app.store.ask(run.id, "stop")
        for _ in range(2):  # the first finds the run, the second brings the signal
            await one.app.runs._peers.beat()
        other = await two.tab(f"t/{thread.id}")
        await other.page.until(lambda _: other.status == "stopped")


@pytest.mark.usefixtures("no_heartbeat")
async def test_a_process_that_begins_anew_is_asked_under_its_new_name(
    url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with processes(ask, ask, url=url) as (one, two):
        await silence(one, postgres, url)
        await two.app.runs._peers.beat()
        lose_reply(one.app.store, "_join", monkeypatch)
        for _ in range(2):
            await one.app.runs._peers.beat()
        first = await one.tab()
        await first.send("Hi", wait=False)
        second = await two.tab(first.address)
        await second.fill(name="Ann")
        await second.says("Hello Ann.")


async def test_a_run_that_nobody_makes_is_interrupted_by_its_owner(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        tab = await one.tab()
        runs: Any = one.app.runs

        async def fail(_: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as broken:
            broken.setattr(runs, "_turn", fail)
            broken.setattr(runs._outcomes, "failed", fail)
            await tab.send("Hi", wait=False)
            await tab.page.until(lambda _: not runs.all())
        await runs._peers.beat()
        await tab.page.until(lambda _: tab.status == "interrupted")
        other = await two.tab(tab.address)
        assert (other.texts, other.status) == (["Hi", ""], "interrupted")


async def test_a_text_that_could_not_be_stored_is_stored_soon(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        store, failed = one.app.store, asyncio.Event()
        flush = store.flush

        async def fail(*_: object) -> list[str]:
            monkeypatch.setattr(store, "flush", flush)
            failed.set()
            raise StoreUnavailableError("the connection broke")

        monkeypatch.setattr(store, "flush", fail)
        await first.send("Hi", wait=False)
        words.say("Hello ")
        await failed.wait()
        second = await two.tab(first.address)
        await second.says("Hello ")
        words.say(None)
        await second.done()


async def test_prompts_that_wait_are_answered_after_the_database_was_away(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first, other = await one.tab(), await one.tab()
        await first.send("Hi", wait=False)
        words.say("Hello ")
        await first.says("Hello ")
        await other.open(first.address)
        await other.send("And then?", wait=False)
        peers = one.app.runs._peers
        await two.app.runs._peers.beat()
        await peers.beat()

        async def away(**_: object) -> None:
            raise StoreUnavailableError("the connection broke")

        with monkeypatch.context() as cut:
            cut.setattr(one.app.store, "beat", away)
            cut.setattr(peers, "_renewed", peers._renewed - LEASE_S)
            await peers.beat()
            await first.page.until(lambda _: words.ended == ["Hi"])
        words.say("Then this.", None)
        await peers.beat()
        await first.says("Then this.")
        await first.done()
        assert [m["status"] for m in first.messages[1::2]] == ["interrupted", "done"]
        assert words.calls == 2


async def test_a_heartbeat_survives_a_database_that_goes_away_in_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with processes(Words(), url=url) as (one,):
        peers = one.app.runs._peers
        await peers.beat()
        lose_reply(one.app.store, "recover", monkeypatch)
        await peers.beat()
        await peers.beat()


async def test_the_end_of_an_answer_on_a_branch_that_nobody_looks_at_is_seen(url: str) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        words.say("One.", None)
        await first.send("Hi")
        await first.regenerate(wait=False)
        words.say("Two")
        await first.says("Two")
        second = await two.tab(first.address)
        await second.says("Two")
        await second.branch(1, -1)
        assert second.texts == ["Hi", "One."]
        assert second.generating
        words.say(".", None)
        await second.page.until(lambda _: not second.generating)


async def test_an_edit_that_is_sent_again_to_another_process_stops_nothing(url: str) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        words.say("One.", None)
        await first.send("Hi")
        second = await two.tab(first.address)
        data = {"id": first.messages[0]["id"], "content": "Hello"}
        edit = Act("edit-1", {}, "chat", ("chat", "edit", data))
        await first.page.send(edit)
        words.say("Two ")
        await first.says("Two ")
        await second.says("Two ")
        await second.page.send(edit)
        words.say("and three.", None)
        await first.done()
        assert (first.texts, first.status) == (["Hello", "Two and three."], "done")


async def test_a_prompt_to_a_page_that_waits_for_the_store_goes_to_its_thread(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words()
    async with processes(words, url=url) as (one,):
        first = await one.tab()
        words.say("Hello.", None)
        await first.send("Hi")
        store, visitor = one.app.store, one.app.store.visitor
        openings: list[object] = []  # tasks

        async def away(subject: str) -> User:
            if not openings or asyncio.current_task() is openings[0]:
                openings.append(asyncio.current_task())
                raise StoreUnavailableError("the connection broke")
            return await visitor(subject)

        monkeypatch.setattr(store, "visitor", away)
        opening = asyncio.create_task(one.tab(first.address))
        await first.page.until(lambda _: openings)
        second = one.last_tab()
        words.say("This.", None)
        await second.send("And then?")
        assert second.texts == ["Hi", "Hello.", "And then?", "This."]
        monkeypatch.setattr(store, "visitor", visitor)
        await opening


async def test_a_run_that_becomes_ones_own_is_followed_as_such(
    url: str, postgres: PostgresServer
) -> None:
    here, there = Words(), Words()
    async with processes(here, there, url=url) as (one, two):
        first, other = await one.tab(), await one.tab()
        await first.send("Hi", wait=False)
        here.say("Hello ")
        await first.says("Hello ")
        await other.open(first.address)
        await other.send("And then?", wait=False)
        second = await two.tab(first.address)
        await silence(one, postgres, url)
        await two.app.runs._peers.beat()
        [run] = two.app.runs.all()
        assert not two.app.runs._mirrors.of_thread(run.thread_id)
        for word in ("Then ", "this."):
            there.say(word)
            await second.says(word)
        there.say(None)
        await second.done()
        assert second.texts[3] == "Then this."
