"""Texts: the answers of running handlers are stored while they grow, every so often, at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from swell.errors import StoreUnavailableError
from swell.logs import logger
from swell.observe.ids import without_ids
from swell.parts import Part
from swell.tasks import Tasks

from .run import Run

if TYPE_CHECKING:
    from swell.chat.store import Store

__all__ = ["Texts"]

_log = logger("swell.chat")


class Texts:
    """Stores what running answers contain by now.

    Args:
        store: The store.
        every_s: How often, in seconds.
        tasks: Runs the flushes.
        rename: Stores the title that a run has given its thread.
        before: Called with the id of a run before its text is taken.
        lose: Called with runs that have another owner.
    """

    def __init__(
        self,
        store: Store,
        every_s: float,
        tasks: Tasks,
        *,
        rename: Callable[[Run], Awaitable[None]],
        before: Callable[[str], None],
        lose: Callable[[Iterable[str]], None],
    ) -> None:
        self._store = store
        self._every_s = every_s
        self._tasks = tasks
        self._rename, self._before, self._lose = rename, before, lose
        self._unstored: dict[Run, int] = {}  # running: how long the log was that is stored
        self._flusher: asyncio.Task[None] | None = None
        self._flushing = asyncio.Lock()

    def __contains__(self, run: Run) -> bool:
        return run in self._unstored

    def begin(self, run: Run) -> None:
        """Store the text of a run from now on."""
        self._unstored[run] = 0
        if self._flusher is None or self._flusher.done():
            self._flusher = self._tasks.start(self._flush(), context=without_ids())

    def end(self, run: Run) -> None:
        """Leave the text of a run to the end of the run."""
        self._unstored.pop(run, None)

    async def store_now(self, run: Run) -> int | None:
        """Store the text of one run; return how many changes it includes, None if it cannot."""
        if run.lost or not await self._store_all([run]):
            return None
        return self._unstored.get(run, 0 if run.state == "accepted" else None)

    async def _flush(self) -> None:
        while self._unstored:
            await asyncio.sleep(self._every_s)
            await self._store_all(list(self._unstored))

    async def _store_all(self, runs: Iterable[Run]) -> bool:
        """Store the texts of running answers that have grown; return whether that succeeded."""
        async with self._flushing:  # the text of a later call is stored later
            grown: dict[str, list[Part]] = {}
            for run in runs:
                if run.title is not None:
                    await self._rename(run)
                if run in self._unstored and len(run.answer.log) > self._unstored[run]:
                    self._before(run.id)
                    self._unstored[run] = len(run.answer.log)
                    grown[run.id] = run.answer.parts()
            at = {run.id: count for run, count in self._unstored.items() if run.id in grown}
            try:
                self._lose(await self._store.flush(grown, at))
            except StoreUnavailableError:
                self._forget(at)
                return False  # the next flush, or the end, has it all
            except Exception:
                self._forget(at)
                _log.exception("could not store the texts of running answers")
                return False
            return True

    def _forget(self, run_ids: Iterable[str]) -> None:
        """Let the next flush store texts again, also those that do not grow until then."""
        for run in self._unstored:
            if run.id in run_ids:
                self._unstored[run] = 0
