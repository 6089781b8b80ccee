"""Runs: one answer to a prompt, however many tabs show it, repeat it, or disconnect."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from swell.chat import RunLimits, Turn
from swell.chat.store import open_store
from swell.errors import ModelRateError, StoreUnavailableError
from swell.testing.chat import chatting
from tests.chat.numbers import Numbers

pytestmark = pytest.mark.anyio

FAST = RunLimits(flush_s=0.01, release_s=0.2, grace_s=0.5)


async def test_an_answer_is_shown_as_it_grows_and_done_when_it_is_stored() -> None:
    answer = Numbers(3)
    async with chatting(answer, identify=lambda _: "anna") as chat:
        await chat.send("Hello", wait=False)
        assert chat.texts == ["Hello", ""]
        assert (chat.status, chat.generating) == ("pending", True)
        answer.model.release()
        await chat.says("⟦0⟧")
        assert chat.status == "streaming"
        answer.model.release(2)
        await chat.done()
        assert chat.texts == ["Hello", "⟦0⟧ ⟦1⟧ ⟦2⟧ "]
        assert chat.status == "done"
        store = chat.server.app.store
        [thread] = await store.threads((await store.user("anna")).id)
        stored = await store.messages(thread.id)
        assert [message.text for message in stored] == chat.texts
        assert thread.title == "Hello"
        assert chat.threads == ["Hello"]


async def test_a_prompt_that_is_sent_again_is_answered_once() -> None:
    answer = Numbers(held=False)
    async with chatting(answer) as chat:
        first = await chat.send("Hello", id="one")
        again = await chat.send("Hello", id="one")
        other = await chat.tab()
        elsewhere = await other.send("Hello", id="one")
        assert [first.st, again.st, elsewhere.st] == ["ok", "dup", "dup"]
        await other.says("⟦4⟧")
        assert other.texts == chat.texts
        assert answer.calls == 1
        assert chat.threads == ["Hello"]


async def test_nobody_needs_to_look_for_an_answer_to_be_made(tmp_path: Path) -> None:
    answer = Numbers(3)
    async with chatting(answer, store=str(tmp_path / "chat.db")) as chat:
        await chat.send("Hello", wait=False)
        address = chat.address
        await chat.drop()
        answer.model.release(3)
        other = await chat.tab(address=address)
        await other.done()
        assert other.texts == ["Hello", "⟦0⟧ ⟦1⟧ ⟦2⟧ "]


async def test_stop_keeps_what_was_said_and_takes_no_word_more() -> None:
    answer = Numbers(50)
    async with chatting(answer, limits=FAST) as chat:
        await chat.send("Count", wait=False)
        answer.model.release(3)
        await chat.says("⟦2⟧")
        await chat.stop()
        assert (chat.status, chat.generating) == ("stopped", False)
        assert chat.answer == "⟦0⟧ ⟦1⟧ ⟦2⟧ "
        assert (answer.cleaned, answer.model.closed) == (1, 1)
        answer.model.release(50)
        await chat.stop()  # twice does no harm
        await chat.send("Again")
        assert chat.texts[1] == "⟦0⟧ ⟦1⟧ ⟦2⟧ "
        assert chat.status == "done"


async def test_clean_up_may_take_longer_than_stopping_does_and_is_not_cancelled_again() -> None:
    clean, cleaned = asyncio.Event(), asyncio.Event()

    async def careful(turn: Turn) -> AsyncIterator[str]:
        try:
            yield "word "
            await asyncio.Event().wait()
        finally:
            await clean.wait()
            cleaned.set()

    limits = RunLimits(flush_s=0.01, release_s=0.01, grace_s=30)
    async with chatting(careful, limits=limits) as chat:
        await chat.send("Hello", wait=False)
        await chat.says("word")
        await chat.stop()
        assert chat.status == "stopped"
        clean.set()
        async with asyncio.timeout(10):
            await cleaned.wait()


async def test_another_tab_stops_edits_and_regenerates() -> None:
    answer = Numbers(50)
    async with chatting(answer, limits=FAST) as chat:
        await chat.send("First", wait=False)
        answer.model.release(2)
        await chat.says("⟦1⟧")
        other = await chat.tab(address=chat.address)
        await other.edit(0, "Changed", wait=False)
        answer.model.release(1)
        await chat.says("⟦0⟧")
        assert chat.texts == other.texts == ["Changed", "⟦0⟧ "]
        assert chat.messages[0]["branch"] == [2, 2]
        await other.regenerate(wait=False)
        await other.page.until(lambda _: other.texts[1:] == [""])
        answer.model.release(1)
        await other.says("⟦0⟧")
        await other.stop()
        await chat.page.until(lambda _: chat.status == "stopped")
        assert chat.messages[-1]["branch"] == [2, 2]
        assert (answer.calls, answer.cleaned) == (3, 3)
        await chat.branch(0, -1)
        assert chat.texts == ["First", "⟦0⟧ ⟦1⟧ "]
        assert chat.status == "stopped"


async def test_a_second_prompt_waits_for_the_first_and_stop_ends_both() -> None:
    answer = Numbers(50)
    async with chatting(answer, limits=FAST) as chat:
        await chat.send("One", wait=False)
        other = await chat.tab(address=chat.address)
        await other.send("Two", wait=False)
        assert answer.calls == 1
        assert chat.texts == ["One", "", "Two", ""]
        await chat.stop()
        assert [m["status"] for m in chat.messages] == [None, "stopped", None, "stopped"]
        assert answer.calls == 1


async def test_a_handler_that_does_not_end_is_left_alone_and_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    release = asyncio.Event()

    async def stubborn(turn: Turn) -> AsyncIterator[str]:
        yield "word "
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                pass
        yield "never shown"

    async with chatting(stubborn, limits=FAST) as chat:
        await chat.send("Hello", wait=False)
        await chat.says("word")
        await chat.stop()
        assert (chat.answer, chat.status) == ("word ", "stopped")
        await chat.page.until(lambda _: "has not stopped" in caplog.text)
        assert "stubborn" in caplog.text
        release.set()
        await asyncio.sleep(0)
        assert chat.answer == "word "


async def test_sync_functions_and_generators_run_in_threads_and_see_the_flag() -> None:
    here, seen = threading.get_ident(), threading.Event()
    said = threading.Semaphore(0)

    def generator(turn: Turn) -> Iterator[str]:
        assert threading.get_ident() != here
        try:
            while True:
                yield "word "
                said.acquire(timeout=0.01)
        finally:
            seen.set()

    async with chatting(generator, limits=FAST) as chat:
        await chat.send("Hello", wait=False)
        await chat.says("word")
        await chat.stop()
        assert chat.status == "stopped"
        assert seen.is_set()

    def function(turn: Turn) -> str:
        assert threading.get_ident() != here
        return f"{turn.prompt} back"

    async with chatting(function) as chat:
        await chat.send("Hello")
        assert chat.answer == "Hello back"


async def test_errors_become_a_sentence_with_retry_and_stay_out_of_the_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    own = ModelRateError("The model is being updated. Try again at noon.")
    faults: list[Exception | None] = [ZeroDivisionError("secret-key"), ModelRateError(), own, None]

    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield "so far"
        fault = faults.pop(0)
        if fault is not None:
            raise fault

    async with chatting(answer) as chat:
        await chat.send("Hello")
        assert (chat.answer, chat.status) == ("so far", "failed")
        wrong = chat.messages[-1]
        named = f"(error {wrong['error_id']})"
        assert wrong["error"] == f"Something went wrong while answering. {named}"
        assert wrong["error_code"] == "handler_failed"
        assert f"error {wrong['error_id']}" in caplog.text
        assert "secret-key" not in str(chat.page.page)
        assert "secret-key" in caplog.text
        await chat.regenerate()
        assert "asked too often" in chat.messages[-1]["error"]
        assert chat.messages[-1]["error_code"] == "rate_limited"
        await chat.regenerate()
        assert (chat.messages[-1]["error"], chat.messages[-1]["error_code"]) == (str(own), None)
        await chat.regenerate()
        assert (chat.status, chat.messages[-1]["error"]) == ("done", None)
        assert chat.messages[-1]["branch"] == [4, 4]


@pytest.mark.parametrize(
    ("fault", "status"), [(StoreUnavailableError("gone"), "done"), (ValueError("odd"), "failed")]
)
async def test_a_run_that_cannot_begin_ends_as_it_is_shown(fault: Exception, status: str) -> None:
    store, answer, faults = open_store(None, app="test"), Numbers(3, held=False), [fault]
    read = store.messages

    async def messages(thread_id: str, *, leaf: str | None = None, limit: int = 50) -> object:
        if leaf is not None and faults:  # a turn is being made
            raise faults.pop()
        return await read(thread_id, leaf=leaf, limit=limit)

    store.messages = messages  # type: ignore[method-assign, assignment]
    async with chatting(answer, store=store, identify=lambda _: "anna") as chat:
        await chat.send("Hello")
        assert chat.status == status
        assert answer.calls == (status == "done")
        [thread] = await store.threads((await store.user("anna")).id)
        assert (await store.messages(thread.id))[-1].status == status
        assert await store.active_runs(thread.id) == []


async def test_a_restart_keeps_all_and_interrupts_what_was_running(tmp_path: Path) -> None:
    answer = Numbers(9)
    async with chatting(answer, store=str(tmp_path / "chat.db"), limits=FAST) as chat:
        await chat.send("Hello", wait=False)
        answer.model.release(2)
        await chat.says("⟦1⟧")
        address = chat.address
        await chat.server.drain()
        assert (chat.answer, chat.status) == ("⟦0⟧ ⟦1⟧ ", "interrupted")
        assert (await chat.send("More", wait=False)).st == "err"
        await chat.server.restart()
        again = await chat.tab(address=address)
        assert (again.texts, again.status) == (["Hello", "⟦0⟧ ⟦1⟧ "], "interrupted")
        assert answer.calls == 1
        answer.model.release(9)
        await again.regenerate()
        assert again.status == "done"


async def test_others_see_nothing_of_it() -> None:
    answer = Numbers(held=False)
    async with chatting(answer) as chat:
        await chat.send("Mine")
        stranger = await chat.tab(session="stranger", address=chat.address)
        assert stranger.texts == []
        assert stranger.threads == []
