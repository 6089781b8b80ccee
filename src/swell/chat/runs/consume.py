"""Consume: call a handler of any kind and pass on its values as they arrive."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

from swell.workers import Lane, Workers, contained, use_lane

from .turn import Turn

__all__ = ["QUEUE_MAX", "consume"]

QUEUE_MAX = 1_000
"""Pieces that a worker thread may be ahead of the event loop."""


async def consume(
    handler: Callable[..., Any],
    turn: Turn,
    feed: Callable[[object], None],
    pools: Lane,
) -> None:
    """Call `handler(turn)` and feed all that it yields or returns.

    Async functions and generators run here. Others run in a thread of `pools`, for they may block;
    a generator in a thread is closed at its next `yield` when the turn is cancelled. Whatever ends
    it, an async iterator is closed before this returns.

    Raises:
        Exception: Raised by the handler.
        RuntimeError: If it raised what would end the server, such as `SystemExit`.
    """
    use_lane(pools, turn.user.id)
    try:
        await _consume(handler, turn, feed, pools.handlers)
    except (Exception, asyncio.CancelledError):
        raise
    except BaseException as error:
        raise contained(error) from error


async def _consume(
    handler: Callable[..., Any],
    turn: Turn,
    feed: Callable[[object], None],
    pool: Workers,
) -> None:
    called = getattr(handler, "__call__", None)  # noqa: B004 - of an object that is a handler
    if any(
        inspect.isasyncgenfunction(one) or inspect.iscoroutinefunction(one)
        for one in (handler, called)
    ):
        result = handler(turn)
    else:
        result = await _in_thread(handler, turn, feed, pool)
    await _drain(result, feed, pool, turn)


async def _drain(result: Any, feed: Callable[[object], None], pool: Workers, turn: Turn) -> None:
    if isinstance(result, Awaitable):
        result = await result
    if isinstance(result, AsyncIterator) or hasattr(result, "__aiter__"):
        try:
            async for item in result:
                if turn.cancelled:
                    break
                feed(item)
        finally:
            await _close(result)
    elif isinstance(result, Iterator):
        await _in_thread(lambda _: result, turn, feed, pool)
    else:
        feed(result)


async def _close(stream: Any) -> None:
    """Close an iterated generator, or a provider's stream with its HTTP response."""
    for name in ("aclose", "close"):
        close = getattr(stream, name, None)
        if callable(close):
            closing = close()
            if inspect.isawaitable(closing):
                await closing
            return


async def _in_thread(
    handler: Callable[..., Any],
    turn: Turn,
    feed: Callable[[object], None],
    pool: Workers,
) -> Any:
    """Call `handler` in a thread; iterate its result there, or return a plain result."""
    loop = asyncio.get_running_loop()
    room = threading.BoundedSemaphore(QUEUE_MAX)
    faults: list[Exception] = []

    def deliver(item: object) -> None:
        room.release()
        if not faults:
            try:
                feed(item)
            except Exception as error:
                faults.append(error)

    def work() -> Any:
        result = handler(turn)
        if not isinstance(result, Iterator):
            return result
        try:
            for item in result:
                if turn.cancelled or faults:
                    break
                while not room.acquire(timeout=0.1):
                    if turn.cancelled:
                        return None
                loop.call_soon_threadsafe(deliver, item)
        finally:
            close = getattr(result, "close", None)
            if callable(close):
                close()
        return None

    future = asyncio.ensure_future(pool.run(turn.user.id, work))
    try:
        result = await asyncio.shield(future)
    except asyncio.CancelledError:
        # A thread cannot be cancelled: it must check the flag. The caller of stop waits here.
        ending = asyncio.ensure_future(_ended(future))
        while not ending.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(ending)
        raise
    if faults:
        raise faults[0]
    return result


async def _ended(future: asyncio.Future[Any]) -> None:
    with suppress(Exception):
        await future
