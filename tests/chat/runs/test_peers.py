"""Two processes of one chat: every tab is live, and each run has one owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from swell import ui
from swell.chat import RunLimits, Turn
from swell.chat.store.processes import LEASE_S
from swell.parts import Part, Reasoning, ToolCall
from tests.chat.processes import Process, processes
from tests.postgres import PostgresServer, new_database


@pytest.fixture
def url(postgres: PostgresServer, postgres_template: str) -> str:
    return new_database(postgres, postgres_template)


class Words:
    """A handler that says what a test lets it say."""

    def __init__(self) -> None:
        self.calls = 0
        self.ended: list[str] = []
        self._said: asyncio.Queue[str | Part | None] = asyncio.Queue()

    def say(self, *words: str | Part | None) -> None:
        """Let it say something; None is the end."""
        for word in words:
            self._said.put_nowait(word)

    async def __call__(self, turn: Turn) -> AsyncIterator[str | Part]:
        self.calls += 1
        try:
            while (word := await self._said.get()) is not None:
                yield word
        finally:
            self.ended.append(turn.prompt)


async def test_a_tab_of_another_process_shows_each_word_as_it_comes(url: str) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        words.say("Hello ")
        await first.says("Hello ")
        second = await two.tab(first.address)
        await second.says("Hello ")
        assert (second.texts, second.status) == (["Hi", "Hello "], "streaming")
        assert second.generating
        for word in ("there. ", "How ", "are ", "you?"):
            words.say(word)
            await second.says(word)
            assert second.texts[1].endswith(word)
        words.say(Reasoning("Let me see", done=True), ToolCall("look", {"at": 1}, "running"))
        await second.page.until(lambda _: len(second.messages[1]["parts"] or ()) == 3)
        words.say(" Found.", None)
        await second.done()
        await first.done()
        assert second.messages == first.messages
        assert (second.status, second.generating) == ("done", False)


async def test_a_prompt_and_its_answer_appear_in_a_tab_of_another_process(url: str) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        words.say("Yes.", None)
        await first.send("First")
        second = await two.tab(first.address)
        await first.send("Second", wait=False)
        words.say("Of ")
        await second.says("Of ")
        assert second.texts == ["First", "Yes.", "Second", "Of "]
        words.say("course.", None)
        await second.says("Of course.")
        await second.done()


@pytest.mark.parametrize("seed", range(5))
async def test_what_the_backplane_does_to_messages_changes_no_page(url: str, seed: int) -> None:
    words = Words()
    async with processes(words, Words(), url=url, seed=seed) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        words.say("0 ")
        await first.says("0 ")
        second = await two.tab(first.address)
        for number in range(1, 100):
            words.say(f"{number} ")
            await asyncio.sleep(0.01)
        await first.says("99 ")
        await second.says("99 ")
        assert second.texts == first.texts == ["Hi", "".join(f"{i} " for i in range(100))]
        words.say(None)
        await second.done()
        assert second.status == "done"
        await first.done()


async def test_the_list_of_threads_shows_answers_of_all_processes(url: str) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        second = await two.tab()
        first = await one.tab()
        await first.send("Hi", wait=False)
        words.say("Hello ")
        await second.page.until(lambda page: bool(page["threads"]["items"]))
        assert [item.get("active") for item in second.page.page["threads"]["items"]] == [True]
        words.say(None)
        await first.done()
        await second.page.until(lambda page: not page["threads"]["items"][0].get("active"))


async def test_the_tabs_of_who_interrupts_a_run_are_at_rest(
    url: str, postgres: PostgresServer
) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        words.say("Hello ")
        await first.says("Hello ")
        second = await two.tab(first.address)
        await second.says("Hello ")
        await silence(one, postgres, url)
        await two.app.runs._peers.beat()
        await second.done()
        assert (second.texts, second.status) == (["Hi", "Hello "], "interrupted")


async def test_without_a_backplane_tabs_say_that_they_are_behind_and_read_the_store(
    url: str,
) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        words.say("Hello ")
        await first.says("Hello ")
        second = await two.tab(first.address)
        await second.says("Hello ")
        backplane = two.app.feed.backplane
        await backplane.close()
        await second.page.until(
            lambda page: "may be a second behind" in str(page["meta"].get("notification_bar"))
        )
        assert first.page.page["meta"].get("notification_bar") is None
        words.say("there.")
        await second.says("there.")
        await backplane.open()
        await second.page.until(lambda page: page["meta"].get("notification_bar") is None)
        words.say(None)
        await second.done()


async def test_stop_works_from_a_tab_of_any_process(url: str) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        words.say("Hello ")
        await first.says("Hello ")
        second = await two.tab(first.address)
        await second.stop()
        await first.done()
        await second.done()
        assert words.ended == ["Hi"]
        for tab in (first, second):
            assert (tab.texts, tab.status) == (["Hi", "Hello "], "stopped")


async def test_stop_works_when_the_owner_does_nothing(url: str) -> None:
    words = Words()
    async with processes(words, Words(), url=url) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        words.say("Hello ")
        await first.says("Hello ")
        second = await two.tab(first.address)
        one.app.runs.obey = lambda signal: False  # type: ignore[method-assign]
        await second.stop()
        assert (second.texts, second.status) == (["Hi", "Hello "], "stopped")
        words.say("and more")
        await first.page.until(lambda _: first.status == "stopped")
        assert first.texts == ["Hi", "Hello "]
        assert words.ended == ["Hi"]


async def test_prompts_of_a_thread_wait_for_each_other_across_processes(url: str) -> None:
    here, there = Words(), Words()
    async with processes(here, there, url=url) as (one, two):
        first = await one.tab()
        await first.send("First", wait=False)
        here.say("1")
        await first.says("1")
        second = await two.tab(first.address)
        await second.send("Second", wait=False)
        there.say("2", None)
        here.say(None)
        await second.says("2")
        await second.done()
        assert second.texts == ["First", "1", "Second", "2"]
        assert (here.calls, there.calls) == (1, 1)
        await first.says("2")
        await first.done()


async def test_a_run_that_waits_for_another_process_takes_no_place_of_others(url: str) -> None:
    here, there = Words(), Words()
    async with processes(here, there, url=url, limits=RunLimits(total=1)) as (one, two):
        first = await one.tab()
        await first.send("First", wait=False)
        here.say("1")
        await first.says("1")
        second, third = await two.tab(first.address), await two.tab()
        await second.send("Second", wait=False)
        there.say("3", None)
        await third.send("Third")
        assert third.texts == ["Third", "3"]
        there.say("2", None)
        here.say(None)
        await second.says("2")
        await second.done()


async def test_a_question_can_be_answered_in_a_tab_of_any_process(url: str) -> None:
    async def ask(turn: Turn) -> AsyncIterator[str]:
        said = await turn.ask([ui.textbox("name", label="Name")])
        yield f"Hello {said.name}."

    async with processes(ask, ask, url=url) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        await first.asked()
        second = await two.tab(first.address)
        await second.fill(name="Ann")
        await second.says("Hello Ann.")
        await first.says("Hello Ann.")


async def test_edit_and_regenerate_stop_an_answer_of_another_process(url: str) -> None:
    here, there = Words(), Words()
    async with processes(here, there, url=url) as (one, two):
        first = await one.tab()
        await first.send("First", wait=False)
        here.say("1")
        await first.says("1")
        second = await two.tab(first.address)
        there.say("2", None)
        await second.edit(0, "Changed")
        assert second.texts == ["Changed", "2"]
        assert here.ended == ["First"]
        there.say("3", None)
        await second.regenerate()
        await first.says("3")
        await first.done()
        assert first.messages == second.messages


async def silence(process: Process, postgres: PostgresServer, url: str) -> None:
    """Make a process look as if it had written no heartbeat for the length of a lease."""
    owner = process.app.store.owner
    postgres.execute(f"UPDATE processes SET seen = seen - {LEASE_S} WHERE id = '{owner}'", url)


async def test_the_runs_of_a_silent_process_are_interrupted_or_started_elsewhere(
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
        there.say("Then this.", None)
        peers = two.app.runs._peers
        await peers.beat()
        await second.says("Then this.")
        await second.done()
        assert second.texts == ["Hi", "Hello ", "And then?", "Then this."]
        assert [m["status"] for m in second.messages[1::2]] == ["interrupted", "done"]
        await one.app.runs._peers.beat()
        await first.says("Then this.")
        assert first.messages == second.messages
        assert (here.ended, there.ended, here.calls, there.calls) == (["Hi"], ["And then?"], 1, 1)
        here.say("Again.", None)
        await first.regenerate(1)
        assert first.texts[:2] == ["Hi", "Again."]


async def test_a_process_whose_heartbeat_was_stored_late_keeps_its_runs(url: str) -> None:
    here = Words()
    async with processes(here, here, url=url) as (one, _):
        tab = await one.tab()
        await tab.send("Hi", wait=False)
        here.say("Hello ")
        await tab.says("Hello ")
        peers = one.app.runs._peers
        await peers.beat()  # it knows of the other process now
        peers._renewed -= 2 * LEASE_S  # the database took so long, and has answered
        await peers.beat()
        here.say("Ada.", None)
        await tab.done()
        assert (tab.texts, tab.messages[-1]["status"]) == (["Hi", "Hello Ada."], "done")


async def test_a_process_that_is_cut_off_from_the_database_says_so_in_its_tabs(
    url: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Words()
    async with processes(here, Words(), url=url) as (one, two):
        first = await one.tab()
        await first.send("Hi", wait=False)
        here.say("Hello ")
        await first.says("Hello ")
        second = await two.tab(first.address)
        peers = one.app.runs._peers
        await two.app.runs._peers.beat()
        await peers.beat()
        waiting = asyncio.Event()

        async def hang(**_: object) -> None:
            await waiting.wait()

        with monkeypatch.context() as cut:
            cut.setattr(one.app.store, "beat", hang)
            cut.setattr(peers, "_renewed", peers._renewed - LEASE_S)
            beating = asyncio.create_task(peers.beat())
            await first.done()
            assert (first.texts, first.status) == (["Hi", "Hello "], "interrupted")
            assert here.ended == ["Hi"]
        await silence(one, postgres, url)
        await two.app.runs._peers.beat()
        await second.done()
        assert (second.texts, second.status) == (["Hi", "Hello "], "interrupted")
        beating.cancel()
