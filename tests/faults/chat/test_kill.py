"""`kill -9` of a real `@chat` process, at any point: nothing is lost and nothing runs twice."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from swell.live.wire import Act
from tests.faults.tokens import numbers, text
from tests.seeds import Size

from .conftest import Serve
from .deadly import PLACES
from .rig import ChatProcess, ChatTab, Shown, same, submission, until

pytestmark = pytest.mark.anyio

NewUrl = Callable[[], str]


async def test_r8_after_kill_9_answers_are_interrupted_and_the_next_one_starts(
    serve: Serve, new_url: NewUrl, person: str
) -> None:
    chat = serve(new_url())
    async with ChatTab(chat.port, person) as tab:
        first, queued = submission("tell=3000 pace=0.005"), submission("tell=3")
        await tab.post(first)
        await tab.until(lambda: len(numbers(tab.text)) > 60)
        await tab.post(queued)  # waits for the first one: accepted, not started
        await tab.acked(queued.id)
        seen = tab.shown[1].text
        await tab.restart(chat)
        await tab.until(lambda: len(tab.rows) == 4)
        await tab.done()
        cut = tab.shown[1]
        assert cut == Shown("assistant", text(len(numbers(cut.text))), "interrupted")
        assert 0 < len(numbers(cut.text)) <= len(numbers(seen)) + 50
        assert tab.shown[3] == Shown("assistant", text(3), "done")
        await same(tab, chat)
        await dup(tab, first, queued)
        assert chat.notes("calls") == ["tell=3000 pace=0.005", "tell=3"]
        # Retry is another answer, made only when a user asks for it.
        chat.go()
        await tab.acked(await tab.event("regenerate", {"id": tab.rows[3][2]}))
        await tab.until(lambda: tab.rows[3][6] == [2, 2])
        await tab.done()
        assert chat.notes("calls")[2:] == ["tell=3"]


async def test_r9_a_process_that_is_killed_anywhere_loses_and_repeats_nothing(
    serve: Serve, new_url: NewUrl, person: str, seed: int, size: Size
) -> None:
    rng = random.Random(seed)
    chat = serve(new_url())
    for place in rng.sample(PLACES, size(2, len(PLACES))):
        chat.kill()
        chat.start(FAULT_AT=place)
        await killed_at(chat, place, f"{person} {place}")
    chat.stored.check()


async def killed_at(chat: ChatProcess, place: str, person: str) -> None:
    """Send a prompt to a process that ends at a place; start another, and see what is there."""
    prompt = submission(f"{place} tell=20 pace=0.01")
    words = prompt.args["chat"]
    async with ChatTab(chat.port, person) as tab:
        await tab.post(prompt)
        await until(lambda: chat.process.poll() is not None)
        assert chat.process.returncode == -9, f"{place} was not reached: {chat.log}"
        acked = [ack.st for ack in tab.acks] == ["ok"]
        left = chat.stored.prompts(person)
        assert left in ([], [words])
        assert left or not acked
        called = chat.notes("calls").count(words)
        await tab.restart(chat)
        await tab.acked(prompt.id)  # sent again under its name, unless it was acknowledged
        assert not tab.refused
        if not tab.rows:  # it was acknowledged, and the tab was not told where it is
            [thread] = chat.stored.threads(person)
            await tab.open(f"t/{thread}")
        await tab.until(lambda: len(tab.rows) == 2)
        await tab.done()
        await same(tab, chat)
        await dup(tab, prompt)
        assert chat.stored.prompts(person) == [words]
        answer = tab.shown[1]
        assert answer.status in ends(place)
        if answer.status == "done":
            assert answer.text == text(20)
            assert chat.notes("calls").count(words) == 1
        else:  # it had been started, and is not run again automatically
            assert answer.text == text(len(numbers(answer.text)))
            assert chat.notes("calls").count(words) == called <= 1


def ends(place: str) -> set[str]:
    """Return how an answer may end when the process ended at this place."""
    step, _, _ = place.partition(".")
    if step == "ack":  # the start continues at the same time
        return {"done", "interrupted"}
    begun = step in ("handler", "flush", "finish") or place == "start.after"
    return {"interrupted"} if begun and place != "finish.after" else {"done"}


async def dup(tab: ChatTab, *acts: Act) -> None:
    """Send actions once more, and require that each is known."""
    tab.acks.clear()
    for act in acts:
        await tab.send(act)
    await tab.until(lambda: len(tab.acks) == len(acts))
    assert {(ack.id, ack.st) for ack in tab.acks} == {(act.id, "dup") for act in acts}


async def test_r9_what_was_acknowledged_is_there_after_kill_9_in_a_storm(
    serve: Serve, new_url: NewUrl, person: str, seed: int, size: Size
) -> None:
    """Prompts come from several tabs as fast as they are taken, until the process is killed."""
    rng = random.Random(seed)
    chat = serve(new_url())
    sent: list[Act] = []
    for _ in range(size(1, 10)):
        tabs = [ChatTab(chat.port, person, seed=seed + number) for number in range(4)]
        for tab in tabs:
            await tab.__aenter__()
        acts = [submission(f"{len(sent) + number} tell=1") for number in range(24)]
        sent += acts
        for tab, act in zip(tabs * 6, acts, strict=True):
            await tab.post(act)
        some = rng.randrange(24)
        await tabs[0].until(lambda some=some, tabs=tabs: acks(tabs) >= some)  # type: ignore[misc]
        await tabs[0].restart(chat)
        for tab, act in zip(tabs * 6, acts, strict=True):
            await tab.acked(act.id)
            assert not tab.refused
        for tab in tabs:
            await tab.__aexit__()
    stored = chat.stored
    await until(
        lambda: not stored.rows("SELECT 1 FROM runs WHERE state IN ('accepted', 'running')")
    )
    words = sorted(act.args["chat"] for act in sent)
    assert sorted(stored.prompts(person)) == words
    calls = chat.notes("calls")
    assert max(map(calls.count, words)) == 1
    for state in ("done", "interrupted"):
        found = [
            one
            for thread in stored.threads(person)
            for one in stored.messages(thread)
            if one.status == state
        ]
        assert {one.text for one in found} <= {text(1), *([""] if state == "interrupted" else [])}
    stored.check()


def acks(tabs: list[ChatTab]) -> int:
    """Return how many prompts have been acknowledged."""
    return sum(len(tab.acks) for tab in tabs)
