"""Worker threads for code that blocks: one pool for each purpose, shared fairly among users.

A thread cannot be ended from outside. A function that hangs keeps its thread, and counts for the
user whom it was called for: other users are not affected.
"""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple, TypeVar

from .settings.table import Settings

__all__ = ["Lane", "Workers", "contained", "lane", "use_lane"]

_T = TypeVar("_T")


def contained(error: BaseException) -> Exception:
    """Return an error that ends a call and nothing else.

    `SystemExit` and the like would end the event loop, and a future takes no `StopIteration`.
    """
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    try:
        said = str(error)
    except Exception:  # of a class of the app
        said = "(its text failed)"
    stand_in = RuntimeError(f"the function raised {type(error).__name__}: {said}")
    stand_in.__cause__ = error
    return stand_in


class Workers:
    """Threads for one purpose.

    Args:
        name: Name of the threads.
        total: Threads at the same time.
        per_person: Limit of these for one user.
    """

    def __init__(self, name: str, total: int, per_person: int) -> None:
        self._name = name
        self._total = total
        self._per_person = per_person
        self._running: Counter[str] = Counter()
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._numbers = itertools.count(1)

    async def run(self, person: str, call: Callable[[], _T]) -> _T:
        """Call a function in a thread and return its result.

        Cancelling does not end the function: its thread stays taken until it returns.

        Args:
            person: Whom it is for; empty for the app itself.
            call: The function; it sees the context variables of the caller.

        Raises:
            Exception: Raised by the function.
            RuntimeError: If it raised what would end the server, such as `SystemExit`.
        """
        await self._enter(person)
        return await self._start(person, call)

    @asynccontextmanager
    async def slot(self, person: str) -> AsyncIterator[None]:
        """Take the place of a thread while the block runs, for work that has a process instead."""
        await self._enter(person)
        try:
            yield
        finally:
            self._leave(person)

    async def _start(self, person: str, call: Callable[[], _T]) -> _T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_T] = loop.create_future()
        context = contextvars.copy_context()

        def work() -> None:
            result: Any = None
            error: Exception | None = None
            try:
                result = context.run(call)
            except BaseException as raised:  # nothing may be lost between two threads
                error = contained(raised)
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._ended, person, future, result, error)

        thread = threading.Thread(
            target=work, name=f"{self._name}-{next(self._numbers)}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            self._leave(person)
            raise
        return await future

    def _ended(
        self, person: str, future: asyncio.Future[Any], result: Any, error: Exception | None
    ) -> None:
        self._leave(person)
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    async def _enter(self, person: str) -> None:
        if self._may(person):
            self._running[person] += 1
            return
        place = (person, asyncio.get_running_loop().create_future())
        self._waiting.append(place)
        try:
            await place[1]
        except asyncio.CancelledError:
            if place in self._waiting:
                self._waiting.remove(place)
            else:
                self._leave(person)  # it was let in at the same moment
            raise

    def _leave(self, person: str) -> None:
        self._running[person] -= 1
        if not self._running[person]:
            del self._running[person]
        for place in list(self._waiting):
            waiting, future = place
            if self._may(waiting) and not future.done():
                self._waiting.remove(place)
                self._running[waiting] += 1
                future.set_result(None)

    def _may(self, person: str) -> bool:
        return self._running.total() < self._total and self._running[person] < (
            self._per_person if person else self._total
        )


class Lane(NamedTuple):
    """The pools of an app, and whom work is done for now.

    Attributes:
        handlers: For handlers that are not async.
        tools: For tools that are not async.
        files: For reading and copying files.
        documents: For reading documents, in processes.
        settings: What bounds them.
        person: Id of the user.
    """

    handlers: Workers
    tools: Workers
    files: Workers
    documents: Workers
    settings: Settings
    person: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Lane:
        """Return new pools as the settings bound them."""
        return cls(
            Workers("swell-handler", settings.handler_threads, settings.handler_threads_per_user),
            Workers("swell-tool", settings.tool_threads, settings.tool_threads_per_user),
            Workers("swell-file", settings.file_threads, settings.file_threads_per_user),
            Workers("swell-pdf", settings.pdf_processes, settings.pdf_processes_per_user),
            settings,
        )


_lane: contextvars.ContextVar[Lane] = contextvars.ContextVar("swell-lane")


def lane() -> Lane:
    """Return the pools of the app whose handler calls this; new ones outside of any."""
    found = _lane.get(None)
    if found is None:
        found = Lane.of(Settings())
        _lane.set(found)
    return found


def use_lane(pools: Lane, person: str) -> None:
    """Run the current task, and the tasks it starts, in these pools for one user."""
    _lane.set(pools._replace(person=person))
