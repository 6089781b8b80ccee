"""Blocking code: a handler that hangs delays no other user and never stops the server."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from swell.chat import Turn
from swell.chat.tools import tool
from swell.settings.table import Settings
from swell.testing.chat import chatting
from swell.workers import Workers
from tests.models.conftest import local_only
from tests.models.upstream import upstream

from .tools.test_tools import WARM, ask, called, calling

__all__ = ["local_only"]

pytestmark = pytest.mark.anyio


@pytest.fixture
def hang() -> Iterator[threading.Event]:
    """An event that hung functions wait for; the test's end releases them."""
    event = threading.Event()
    yield event
    event.set()


HUNG = (os.cpu_count() or 1) + 4


async def test_tools_that_hang_after_stop_hold_up_nobody_else(hang: threading.Event) -> None:
    begun = threading.Semaphore(0)

    @tool
    def stuck() -> None:
        begun.release()
        hang.wait()

    @tool
    def quick() -> str:
        return "quick"

    async def answer(turn: Turn) -> str:
        if turn.prompt == "hang":
            await asyncio.gather(*[stuck.call({}) for _ in range(HUNG)])
        text = await turn.files[0].text() if turn.files else ""
        return f"{await quick.call({})} {text}"

    async with chatting(answer, attachments=True) as chat:
        await chat.send("hang", wait=False)
        for _ in range(min(HUNG, Settings().tool_threads_per_user)):
            await asyncio.to_thread(begun.acquire)
        await chat.stop()
        other = await chat.server.tab("another browser")
        await other.attach("Hi", [("a.txt", b"text")])
        assert other.answer == "quick text"
        assert other.messages[0]["parts"][0]["url"].startswith("/_f/")


async def test_handlers_that_hang_after_stop_hold_up_nobody_else(hang: threading.Event) -> None:
    begun = threading.Semaphore(0)

    def answer(turn: Turn) -> str:
        if turn.prompt == "hang":
            begun.release()
            hang.wait()
        return "quick"

    async with chatting(answer) as chat:
        for _ in range(Settings().handler_threads_per_user):
            await chat.send("hang", wait=False)
            await asyncio.to_thread(begun.acquire)
            await chat.stop()
        other = await chat.server.tab("another browser")
        await other.send("Hi")
        assert other.answer == "quick"


async def test_a_person_waits_for_their_own_thread_and_nobody_elses() -> None:
    workers = Workers("test", 3, 2)
    free, order = threading.Event(), list[str]()
    hung = [asyncio.create_task(workers.run("ann", free.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    third = hung.pop()
    assert await workers.run("bob", lambda: "bob") == "bob"
    third.cancel()  # while it waits for a thread
    with pytest.raises(asyncio.CancelledError):
        await third
    later = asyncio.create_task(workers.run("ann", lambda: order.append("ann")))
    await workers.run("bob", lambda: order.append("bob"))
    free.set()
    await asyncio.gather(*hung, later)
    assert order == ["bob", "ann"]


# ------------------------------------------------------------------ what would end the server


class Iterates:
    """An iterator whose `__next__` raises, or that has one text."""

    def __init__(self, error: BaseException | None) -> None:
        self._error = error
        self._texts = ["alive"]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._error is not None:
            raise self._error
        if not self._texts:
            raise StopIteration
        return self._texts.pop()


def handlers(error: BaseException) -> list[Callable[[Turn], Any]]:
    """Return handlers of every kind that raise when they are asked to, and answer otherwise."""

    def fail(turn: Turn) -> None:
        if turn.prompt == "fail":
            raise error

    async def function(turn: Turn) -> str:
        fail(turn)
        return "alive"

    async def generator(turn: Turn) -> AsyncIterator[str]:
        yield "al"
        fail(turn)
        yield "ive"

    def sync(turn: Turn) -> str:
        fail(turn)
        return "alive"

    def sync_generator(turn: Turn) -> Iterator[str]:
        yield "al"
        fail(turn)
        yield "ive"

    def iterator(turn: Turn) -> Iterator[str]:
        return Iterates(error if turn.prompt == "fail" else None)

    async def cleaning(turn: Turn) -> AsyncIterator[str]:
        try:
            yield "alive"
        finally:
            fail(turn)

    @tool
    async def async_tool(turn: Turn) -> str:
        fail(turn)
        return "alive"

    @tool
    def sync_tool(turn: Turn) -> str:
        fail(turn)
        return "alive"

    async def calls_async_tool(turn: Turn) -> Any:
        return await async_tool.call({}, turn)

    async def calls_sync_tool(turn: Turn) -> Any:
        return await sync_tool.call({}, turn)

    return [
        *(function, generator, sync, sync_generator, iterator, cleaning),
        *(calls_async_tool, calls_sync_tool),
    ]


ERRORS = [
    SystemExit(3),
    KeyboardInterrupt(),
    GeneratorExit(),
    StopIteration(),
    StopAsyncIteration(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
async def test_an_answer_fails_and_the_server_lives(error: BaseException) -> None:
    for handler in handlers(error):
        async with chatting(handler) as chat:
            await chat.send("fail")
            assert chat.status == "failed", handler.__name__
            await chat.send("And now?")
            assert chat.answer == "alive", handler.__name__


@pytest.mark.parametrize(
    "error", [*ERRORS, asyncio.CancelledError()], ids=lambda error: type(error).__name__
)
async def test_the_model_gets_that_a_tool_failed(error: BaseException) -> None:
    @tool
    async def wipe() -> None:
        raise error

    @tool
    def weather() -> None:
        raise error

    calls = [called("{}", "a", "wipe"), called("{}", "b", "weather", 1)]
    async with upstream(calling(*calls), WARM) as server:
        answer, _ = await ask(server, wipe, weather)
    assert {call[2:] for call in answer.calls.values()} == {("failed", "The tool failed.")}
    assert answer.text == "It is warm."


class Silent(BaseException):
    """One whose text fails as well."""

    def __str__(self) -> str:
        raise OSError


@pytest.mark.parametrize("streams", [False, True])
async def test_an_exception_without_a_text_ends_the_answer_of_a_thread(streams: bool) -> None:
    def whole(turn: Turn) -> str:
        raise Silent

    def pieces(turn: Turn) -> Iterator[str]:
        yield "begun"
        raise Silent

    async with chatting(pieces if streams else whole) as chat:
        await chat.send("Go")
        assert chat.status == "failed"
        assert chat.answer == ("begun" if streams else "")
