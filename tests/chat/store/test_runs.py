"""A prompt is accepted once, its run is started once and ends once, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

import pytest

from swell.chat import NewPrompt
from swell.chat.store import Store, open_store
from swell.chat.store.engines.base import Engine, Tx
from swell.errors import NotFoundError
from swell.parts import Text

pytestmark = pytest.mark.anyio

T = TypeVar("T")


async def test_fifty_repeats_at_once_store_one_prompt(store: Store, url: str) -> None:
    user = (await store.user("anna")).id
    other = open_store(url)  # as another process would
    await other.open()
    made = await asyncio.gather(
        *(
            one.accept(user, NewPrompt([Text("Hi")]), action_id="the same")
            for one in [store, other] * 25
        )
    )
    await other.close()
    assert [one.duplicate for one in made].count(False) == 1
    assert len({(one.thread.id, one.prompt.id, one.answer.id, one.run.id) for one in made}) == 1
    assert len(await store.threads(user)) == 1
    assert len(await store.messages(made[0].thread.id)) == 2


async def test_the_same_action_of_two_people_is_two_actions(store: Store) -> None:
    anna, ben = (await store.user("anna")).id, (await store.user("ben")).id
    one = await store.accept(anna, NewPrompt([Text("Hi")]), action_id="1")
    two = await store.accept(ben, NewPrompt([Text("Hi")]), action_id="1")
    assert not one.duplicate
    assert not two.duplicate
    assert one.thread.id != two.thread.id


async def test_a_refused_prompt_can_be_sent_again_with_the_same_id(store: Store) -> None:
    user = (await store.user("anna")).id
    with pytest.raises(NotFoundError):
        await store.accept(user, NewPrompt([Text("Hi")], "0" * 32), action_id="1")
    assert not (await store.accept(user, NewPrompt([Text("Hi")]), action_id="1")).duplicate


async def test_prompts_sent_at_once_follow_one_another(store: Store) -> None:
    user = (await store.user("anna")).id
    first = await store.accept(user, NewPrompt([Text("0")]), action_id="0")
    await asyncio.gather(
        *(
            store.accept(user, NewPrompt([Text(f"{n}")], first.thread.id), action_id=f"{n}")
            for n in range(1, 21)
        )
    )
    shown = await store.messages(first.thread.id, limit=100)
    assert len(shown) == 42
    assert {message.siblings for message in shown} == {(1, 1)}


async def test_a_run_goes_through_its_states_once(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await store.accept(user, NewPrompt([Text("Hi")]), action_id="1", settings={"t": 0.5})
    assert (made.run.state, made.run.settings, made.answer.status) == (
        "accepted",
        {"t": 0.5},
        "pending",
    )
    started = await asyncio.gather(*(store.start(made.run.id) for _ in range(10)))
    assert started.count(True) == 1
    assert (await store.message(user, made.answer.id)).status == "streaming"
    await store.flush({made.run.id: [Text("par")]})
    await store.flush({made.run.id: [Text("partial"), Text("more")]})
    await store.flush({made.run.id: [Text("partial")]})
    assert (await store.message(user, made.answer.id)).parts == [Text("partial")]
    assert [run.id for run in await store.active_runs(made.thread.id)] == [made.run.id]
    assert await store.finish(made.run.id, "stopped")
    assert not await store.finish(made.run.id, "done", [Text("whole")])
    await store.flush({made.run.id: [Text("late")]})
    answer = await store.message(user, made.answer.id)
    assert (answer.status, answer.parts) == ("stopped", [Text("partial")])
    run = await store.run(made.run.id)
    assert run.state == "stopped"
    assert run.started is not None
    assert run.ended is not None
    assert run.created < run.started < run.ended
    assert await store.active_runs(made.thread.id) == []
    assert not await store.start(made.run.id)


async def test_an_end_is_not_written_over_by_a_flush_that_was_under_way(store: Store) -> None:
    user = (await store.user("anna")).id
    for n in range(40):
        made = await store.accept(user, NewPrompt([Text("Hi")]), action_id=f"{n}")
        await store.start(made.run.id)
        await store.flush({made.run.id: [Text("one")]})
        flushing = asyncio.ensure_future(store.flush({made.run.id: [Text("one two")]}))
        await asyncio.sleep(0)  # it has begun
        await asyncio.gather(flushing, store.finish(made.run.id, "done", [Text("one two three")]))
        assert (await store.message(user, made.answer.id)).parts == [Text("one two three")]


async def test_a_run_can_be_stopped_before_it_starts(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await store.accept(user, NewPrompt([Text("Hi")]), action_id="1")
    assert await store.finish(made.run.id, "stopped", [])
    assert not await store.start(made.run.id)


async def test_unknown_runs_are_told(store: Store) -> None:
    for call in (
        store.start("0" * 32),
        store.finish("0" * 32, "done", []),
        store.run("0" * 32),
    ):
        with pytest.raises(NotFoundError, match="there is no run"):
            await call
    with pytest.raises(ValueError, match="cannot end as"):
        await store.finish("0" * 32, "running", [])  # type: ignore[arg-type]


async def test_a_flush_stores_all_that_run_and_leaves_out_the_others(store: Store) -> None:
    user = (await store.user("anna")).id
    made = [await store.accept(user, NewPrompt([Text("Hi")]), action_id=f"{n}") for n in range(3)]
    for one in made:
        await store.start(one.run.id)
    await store.finish(made[2].run.id, "done", [Text("whole")])
    texts = {one.run.id: [Text(f"part {n}")] for n, one in enumerate(made)}
    await store.flush({**texts, "0" * 32: [Text("gone")]})
    said = [(await store.message(user, one.answer.id)).text for one in made]
    assert said == ["part 0", "part 1", "whole"]


async def test_recovery_leaves_runs_of_living_processes_alone(store: Store, url: str) -> None:
    user = (await store.user("anna")).id
    gone = open_store(url)
    await gone.open()
    running = await gone.accept(user, NewPrompt([Text("one")]), action_id="1")
    await gone.start(running.run.id)
    await gone.flush({running.run.id: [Text("partial")]})
    accepted = await gone.accept(user, NewPrompt([Text("two")]), action_id="2", locale="de")
    assert await store.recover() == ([], [])  # it lives
    await gone.close()
    waiting, [(user_id, ended)] = await store.recover()
    assert [(run.id, run.locale, run.fence) for run in waiting] == [(accepted.run.id, "de", 2)]
    assert user_id == user
    assert ended.answer is not None
    assert ended.answer.id == running.answer.id
    answer = await store.message(user, running.answer.id)
    assert (answer.status, answer.parts) == ("interrupted", [Text("partial")])
    assert (await store.run(running.run.id)).state == "interrupted"
    assert not await store.start(running.run.id)
    assert await store.recover() == ([], [])  # it is ours now
    assert await store.start(accepted.run.id)


class Twice:
    """A database whose connection breaks after each commit, so that each change is repeated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    async def write(self, work: Callable[[Tx], T]) -> T:
        await self._engine.write(work)
        return await self._engine.write(work)


async def test_a_change_that_is_repeated_is_made_once(url: str) -> None:
    plain = open_store(url)
    store = Store(cast("Engine", Twice(plain._engine)))
    await store.open()
    user = (await store.user("anna", "Anna")).id
    made = await store.accept(user, NewPrompt([Text("Hi")]), action_id="1")
    assert not made.duplicate  # the first attempt was ours too
    assert await store.start(made.run.id)
    assert await store.finish(made.run.id, "done", [Text("Hello")])
    assert len(await store.messages(made.thread.id)) == 2
    assert await store.share(user, made.thread.id)
    await store.import_thread(user, await store.export(user, made.thread.id))
    assert len(await store.threads(user)) == 2
    await store.add_file(user, name="a", mime="b", size=1, path="c")
    await store.delete_message(user, made.answer.id)
    await store.undelete_message(user, made.answer.id)
    await store.delete_thread(user, made.thread.id)
    await store.undelete_thread(user, made.thread.id)
    assert len(await store.messages(made.thread.id)) == 2
    await store.close()


async def test_a_run_keeps_the_roles_that_its_user_had(store: Store) -> None:
    user = await store.user("ann")
    prompt = NewPrompt([Text("Hi")])
    made = await store.accept(user.id, prompt, action_id="1", roles=("admin", "member"))
    assert made.run.roles == ("admin", "member")
    _, later = await store.accepted(made.run.id)
    assert later.roles == ("admin", "member")
    without = await store.accept(user.id, prompt, action_id="2")
    assert without.run.roles == ()
