"""A handler of any kind is called, and what it gives is passed on piece by piece."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from swell.chat import Turn
from swell.chat.runs.consume import QUEUE_MAX, consume
from swell.chat.runs.run import Run
from swell.settings.table import Settings
from swell.workers import Lane

pytestmark = pytest.mark.anyio

Handler = Callable[[Turn], Any]


async def given(handler: Handler, turn: Turn) -> list[object]:
    """Return all that a handler gives; None is nothing."""
    found: list[object] = []
    await consume(handler, turn, found.append, Lane.of(Settings()))
    return [one for one in found if one is not None]


def says(_turn: Turn) -> str:
    return "Hello"


async def says_later(_turn: Turn) -> str:
    return "Hello"


def yields(_turn: Turn) -> Iterator[str]:
    yield from ("Hel", "lo")


async def yields_later(_turn: Turn) -> AsyncIterator[str]:
    for piece in ("Hel", "lo"):
        yield piece


async def returns_a_stream(turn: Turn) -> AsyncIterator[str]:
    return yields_later(turn)


class Assistant:
    async def __call__(self, _turn: Turn) -> str:
        return "Hello"


@pytest.mark.parametrize(
    ("handler", "pieces"),
    [
        (says, ["Hello"]),
        (says_later, ["Hello"]),
        (yields, ["Hel", "lo"]),
        (yields_later, ["Hel", "lo"]),
        (returns_a_stream, ["Hel", "lo"]),
        (lambda _turn: iter(["Hel", "lo"]), ["Hel", "lo"]),
        (Assistant(), ["Hello"]),
    ],
    ids=["function", "async", "generator", "async generator", "stream", "iterator", "object"],
)
async def test_a_handler_of_any_kind(handler: Handler, pieces: list[str], turn: Turn) -> None:
    assert await given(handler, turn) == pieces


async def test_code_that_may_block_runs_in_a_thread(turn: Turn) -> None:
    def where(_turn: Turn) -> Iterator[str]:
        yield threading.current_thread().name

    async def here(_turn: Turn) -> str:
        return threading.current_thread().name

    [blocking], [waiting] = await given(where, turn), await given(here, turn)
    assert str(blocking).startswith("swell-handler")
    assert waiting == threading.current_thread().name


async def test_what_it_raises_is_raised_and_what_would_end_the_server_is_not(turn: Turn) -> None:
    def fails(_turn: Turn) -> None:
        raise KeyError("milk")

    async def exits(_turn: Turn) -> None:
        raise SystemExit(1)

    with pytest.raises(KeyError, match="milk"):
        await given(fails, turn)
    with pytest.raises(RuntimeError, match="raised SystemExit: 1"):
        await given(exits, turn)


async def test_a_stream_is_closed_when_the_turn_is_stopped(run: Run, turn: Turn) -> None:
    closed: list[str] = []

    async def endless(_turn: Turn) -> AsyncIterator[str]:
        try:
            while True:
                yield "word"
        finally:
            closed.append("async")

    def endless_in_a_thread(_turn: Turn) -> Iterator[str]:
        try:
            while True:
                yield "word"
        finally:
            closed.append("thread")

    for handler in (endless, endless_in_a_thread):
        run.cancelled = type(run.cancelled)()
        turn.cancelled = run.cancelled
        await consume(handler, turn, lambda _: run.cancelled.set(), Lane.of(Settings()))
    assert closed == ["async", "thread"]


async def test_a_thread_is_at_most_so_many_pieces_ahead(turn: Turn) -> None:
    made = 0

    def fast(_turn: Turn) -> Iterator[int]:
        nonlocal made
        for number in range(2 * QUEUE_MAX):
            made = number + 1
            yield number

    ahead: list[int] = []
    taken = 0

    def take(piece: object) -> None:
        nonlocal taken
        taken += piece is not None
        ahead.append(made - taken)

    await consume(fast, turn, take, Lane.of(Settings()))
    assert taken == 2 * QUEUE_MAX
    assert max(ahead) <= QUEUE_MAX + 1


async def test_who_cancels_waits_for_the_thread(turn: Turn) -> None:
    begun, ended = threading.Event(), threading.Event()

    def cleans_up(turn: Turn) -> None:
        begun.set()
        turn.cancelled.wait_in_thread()
        ended.set()

    task = asyncio.ensure_future(given(cleans_up, turn))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    turn.cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
