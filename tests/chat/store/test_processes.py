"""Several processes on one database: each run has one owner, and only that one writes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from swell.chat.records import Accepted, User
from swell.chat.requests import Edit, NewPrompt, Regenerate, Request
from swell.chat.store import Store, open_store, processes
from swell.chat.store.engines.base import Tx
from swell.chat.store.processes import LEASE_S
from swell.parts import Text
from tests.postgres import PostgresServer, new_database


@pytest.fixture
def url(postgres: PostgresServer, postgres_template: str) -> str:
    return new_database(postgres, postgres_template)


@pytest.fixture
async def stores(url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two processes that serve one app."""
    one, two = open_store(url, app="app"), open_store(url, app="app")
    await one.open()
    await two.open()
    yield one, two
    await one.close()
    await two.close()


@pytest.fixture
async def user(stores: tuple[Store, Store]) -> User:
    return await stores[0].user("anna")


async def prompt(store: Store, user: User, text: str, thread: str | None = None) -> Accepted:
    return await store.accept(user.id, NewPrompt([Text(text)], thread), action_id=text)


def silence(postgres: PostgresServer, url: str, store: Store) -> None:
    """Make a process look as if it had not written its heartbeat for the length of a lease."""
    postgres.execute(
        f"UPDATE processes SET seen = seen - {LEASE_S} WHERE id = '{store.owner}'",
        url,
    )


async def test_a_process_that_falls_silent_loses_its_runs_and_writes_nothing_more(
    stores: tuple[Store, Store], user: User, postgres: PostgresServer, url: str
) -> None:
    one, two = stores
    running, waiting = await prompt(one, user, "running"), await prompt(one, user, "waiting")
    assert await one.start(running.run.id)
    assert await one.flush({running.run.id: [Text("So far")]}, {running.run.id: 1}) == []
    assert await two.recover() == ([], [])
    silence(postgres, url, one)

    taken, [(_, ended)] = await two.recover()
    assert [run.id for run in taken] == [waiting.run.id]
    assert ended.answer is not None
    assert (ended.answer.status, ended.answer.text) == ("interrupted", "So far")

    assert await one.flush({running.run.id: [Text("So far, and more")]}) == [running.run.id]
    assert await one.finish(running.run.id, "done", [Text("Whole")]) is None
    assert not await one.start(waiting.run.id)
    assert await two.start(waiting.run.id)
    said = [(await two.message(user.id, made.answer.id)) for made in (running, waiting)]
    assert [(one.status, one.text) for one in said] == [
        ("interrupted", "So far"),
        ("streaming", ""),
    ]


async def test_a_process_that_was_taken_for_gone_is_a_new_one_with_its_next_heartbeat(
    stores: tuple[Store, Store], user: User, postgres: PostgresServer, url: str
) -> None:
    one, two = stores
    made = await prompt(one, user, "Hi")
    beat = await one.beat()
    assert beat is not None
    assert (beat.held, beat.others) == (frozenset({made.run.id}), 0)
    await two.beat()
    before = one.owner
    silence(postgres, url, one)
    await two.recover()
    assert await one.beat() is None
    assert one.owner != before
    beat = await one.beat()
    assert beat is not None
    assert (beat.held, beat.others) == (frozenset(), 1)


async def test_a_process_that_has_exited_is_gone_at_once(
    stores: tuple[Store, Store], user: User, postgres: PostgresServer, url: str
) -> None:
    one, two = stores
    made = await prompt(one, user, "Hi")
    child = await asyncio.create_subprocess_exec("true")
    await child.wait()
    postgres.execute(f"UPDATE processes SET pid = {child.pid} WHERE id = '{one.owner}'", url)
    assert [run.id for run in (await two.recover()).waiting] == [made.run.id]


async def test_a_heartbeat_that_comes_while_a_process_is_judged_counts(
    stores: tuple[Store, Store],
    user: User,
    postgres: PostgresServer,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = stores
    made = await prompt(one, user, "Hi")
    silence(postgres, url, one)
    judge = processes.alive

    def judge_and_hear(tx: Tx, process: str) -> bool:
        found = judge(tx, process)
        if process == one.owner:
            now = "extract(epoch FROM clock_timestamp())"
            postgres.execute(f"UPDATE processes SET seen = {now} WHERE id = '{process}'", url)
        return found

    monkeypatch.setattr(processes, "alive", judge_and_hear)
    assert await two.recover() == ([], [])
    beat = await one.beat()
    assert beat is not None
    assert beat.held == {made.run.id}


async def test_prompts_of_a_thread_are_answered_one_after_the_other_by_all_processes(
    stores: tuple[Store, Store], user: User
) -> None:
    one, two = stores
    first = await prompt(one, user, "first")
    second = await prompt(two, user, "second", first.thread.id)
    third = await prompt(one, user, "third", first.thread.id)
    assert not await two.start(second.run.id)
    assert await one.start(first.run.id)
    assert not await two.start(second.run.id)
    await one.finish(first.run.id, "done", [Text("1")])
    assert not await one.start(third.run.id)
    assert await two.start(second.run.id)
    await two.finish(second.run.id, "failed")
    assert await one.start(third.run.id)


async def test_an_action_that_is_sent_again_to_another_process_belongs_to_the_first(
    stores: tuple[Store, Store], user: User
) -> None:
    one, two = stores
    first, again = await prompt(one, user, "Hi"), await prompt(two, user, "Hi")
    assert again.duplicate
    assert (one.holds(first.run.id), two.holds(first.run.id)) == (True, False)
    assert not await two.start(first.run.id)
    assert await one.start(first.run.id)


@pytest.mark.parametrize("kind", [Edit, Regenerate])
async def test_the_owners_of_other_answers_are_asked_to_stop_when_a_branch_begins(
    stores: tuple[Store, Store], user: User, kind: type[Request]
) -> None:
    one, two = stores
    first = await prompt(one, user, "First")
    second = await prompt(two, user, "Second", first.thread.id)
    request = (
        Regenerate(first.answer.id) if kind is Regenerate else Edit(first.prompt.id, [Text("1st")])
    )
    for _ in range(2):  # the second is a repeat
        again = await two.accept(user.id, request, action_id="again")
    assert again.duplicate
    assert [(it.run_id, it.kind) for it in await one.asked()] == [(first.run.id, "stop")]
    assert [(it.run_id, it.kind) for it in await two.asked()] == [(second.run.id, "stop")]


async def test_signals_reach_the_owner_of_a_run_until_it_drops_them(
    stores: tuple[Store, Store], user: User
) -> None:
    one, two = stores
    made = await prompt(one, user, "Hi")
    assert await two.ask(made.run.id, "answer", '{"name":"Anna"}')
    assert await two.ask(made.run.id, "stop")
    assert await two.asked() == ()
    answer, stop = await one.asked()
    assert (answer.run_id, answer.kind, answer.body) == (made.run.id, "answer", '{"name":"Anna"}')
    assert (stop.run_id, stop.kind, stop.body) == (made.run.id, "stop", "")
    await one.drop_signals([answer.number])
    assert await one.asked() == (stop,)
    beat = await one.beat()
    assert beat is not None
    assert beat.signals == (stop,)
    await one.drop_signals([answer.number, stop.number])
    assert await one.asked() == ()
    await one.start(made.run.id)
    await one.finish(made.run.id, "done", [])
    assert not await two.ask(made.run.id, "stop")


async def test_a_run_can_be_ended_without_its_owner(
    stores: tuple[Store, Store], user: User
) -> None:
    one, two = stores
    made = await prompt(one, user, "Hi")
    await one.start(made.run.id)
    await one.flush({made.run.id: [Text("So far")]})
    ended = await two.seize(made.run.id, "stopped")
    assert ended is not None
    assert ended.answer is not None
    assert (ended.answer.status, ended.answer.text) == ("stopped", "So far")
    assert await one.flush({made.run.id: [Text("So far, and more")]}) == [made.run.id]
    assert await one.finish(made.run.id, "done", [Text("Whole")]) is None
    assert await two.seize(made.run.id, "stopped") is None


async def test_what_is_stored_of_an_answer_comes_with_its_place_in_the_changes(
    stores: tuple[Store, Store], user: User
) -> None:
    one, two = stores
    made = await prompt(one, user, "Hi")
    await one.start(made.run.id)
    await one.flush({made.run.id: [Text("So far")]}, {made.run.id: 7})
    growing = await two.growing(made.answer.id)
    assert growing is not None
    assert (growing.run.owner, growing.user_id) == (one.owner, user.id)
    assert (growing.parts, growing.flushed) == ([Text("So far")], 7)
    assert await two.states([made.run.id, "0" * 32]) == {made.run.id: ("running", one.owner, 7)}
    await one.finish(made.run.id, "done", [Text("Whole")])
    assert await two.growing(made.answer.id) is None


async def test_a_run_that_is_started_while_it_is_taken_over_is_interrupted(
    stores: tuple[Store, Store],
    user: User,
    postgres: PostgresServer,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = stores
    await prompt(one, user, "waiting")

    def gone(_: object, owner: str) -> bool:
        if owner == one.owner:
            postgres.execute("UPDATE runs SET state = 'running' WHERE state = 'accepted'", url)
        return owner != one.owner

    monkeypatch.setattr(two._engine, "alive", gone)
    recovered = await two.recover()
    assert recovered.waiting == []
    [(_, ended)] = recovered.interrupted
    assert ended.answer is not None
    assert ended.answer.status == "interrupted"
