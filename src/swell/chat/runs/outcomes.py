"""Outcomes: how the handler of a run ended, and what users and developers see of its errors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from swell.chat.records import EndState, Message
from swell.locales import words_of
from swell.logs import logger
from swell.tasks import Tasks
from swell.workers import Lane

from .fault import fault_of
from .run import Run, RunLimits

__all__ = ["Outcomes"]

_log = logger("swell.chat")

_DESCRIBED_MAX = 100  # exceptions kept for developers


class Outcomes:
    """Tells how the handlers of one app ended, and ends those that are stopped.

    Args:
        handler: The app's function, for the log.
        limits: Bounds.
        pools: Threads for what blocks, with the server's settings.
        tasks: Waits for handlers that do not stop at once.
    """

    def __init__(
        self, handler: Callable[..., Any], limits: RunLimits, pools: Lane, tasks: Tasks
    ) -> None:
        self._name = f"the handler {getattr(handler, '__qualname__', type(handler).__qualname__)!r}"
        self._limits = limits
        self._pools = pools
        self._tasks = tasks
        self._described: dict[str, str] = {}  # by error id

    def of(self, run: Run, work: asyncio.Task[None]) -> EndState:
        """Return how a run ended whose handler has ended without Stop."""
        if work.cancelled():
            error: BaseException | None = asyncio.CancelledError("the handler cancelled itself")
        else:
            error = work.exception() or run.answer.broken()
        if error is None or run.answer.complete_despite(error):
            if not run.answer.says_something:
                _log.warning("%s yielded nothing in run %s", self._name, run.id)
                run.error_code = "empty_answer"
                run.error = words_of().failures[run.error_code]
                return "failed"
            return "done"
        return self.failed(run, error)

    def failed(self, run: Run, error: BaseException) -> EndState:
        """Record why a run failed, and keep the details for developers."""
        development = self._pools.settings.development
        fault = fault_of(error, f"in run {run.id}", self._name, _log, development=development)
        run.error, run.error_id = fault.message, fault.error_id
        run.error_code = fault.code if fault.usual else None
        if fault.error_id is not None and fault.details:
            self._described[fault.error_id] = fault.details
            if len(self._described) > _DESCRIBED_MAX:
                del self._described[next(iter(self._described))]
        return "failed"

    def for_developers(self, message: Message) -> Message:
        """Return a message with the exception that ended it, while the setting `development` is on.

        Exceptions are kept in memory only, the latest 100: a store that is served in production
        later has none.
        """
        said = self._described.get(message.error_id or "")
        if said is None:
            return message
        return msgspec.structs.replace(
            message, error=f"{said} (error {message.error_id})", error_code=None
        )

    async def end(self, run: Run, work: asyncio.Task[None]) -> None:
        """Cancel a handler and wait for its `finally`, at first together with the caller."""
        work.cancel()
        await asyncio.wait((work,), timeout=self._limits.release_s)
        if work.done():
            self._note_end(run, work)
        else:
            self._tasks.start(self._outlast(run, work))

    async def _outlast(self, run: Run, work: asyncio.Task[None]) -> None:
        await asyncio.wait((work,), timeout=self._limits.grace_s - self._limits.release_s)
        if work.done():
            self._note_end(run, work)
            return
        _log.error(
            "%s has not stopped %g s after it was cancelled (grace_s); it is abandoned; "
            "handlers must end when they are cancelled, or in a thread check turn.cancelled",
            self._name,
            self._limits.grace_s,
        )

    def _note_end(self, run: Run, work: asyncio.Task[None]) -> None:
        if not work.cancelled() and (error := work.exception()) is not None:
            _log.warning("%s raised while stopping (run %s)", self._name, run.id, exc_info=error)
