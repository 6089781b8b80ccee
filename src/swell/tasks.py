"""Tasks that belong to an owner, which ends them when it ends."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["Tasks"]

_T = TypeVar("_T")


class Tasks:
    """The running tasks of one owner.

    The event loop keeps no strong reference to a task, so the owner must.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(
        self,
        work: Coroutine[Any, Any, _T],
        name: str | None = None,
        *,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[_T]:
        """Start a task.

        Args:
            work: The coroutine to run.
            name: Its name in logs.
            context: Its context variables; a copy of the present ones when left out.
        """
        task = asyncio.create_task(work, name=name, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def wait(self, seconds: float) -> int:
        """Wait until all have ended, at most so long; return how many still run."""
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(tuple(self._tasks), timeout=seconds)
        return len(late)

    async def cancel(self, seconds: float) -> None:
        """Cancel all, and wait until they have ended, at most so long."""
        for task in tuple(self._tasks):
            task.cancel()
        await self.wait(seconds)
