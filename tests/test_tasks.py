"""Tasks end with their owner."""

from __future__ import annotations

import asyncio

import pytest

from swell.tasks import Tasks

pytestmark = pytest.mark.anyio


async def test_a_task_that_has_ended_is_forgotten() -> None:
    tasks = Tasks()

    async def answer() -> int:
        return 42

    task = tasks.start(answer(), name="swell-answer")
    assert (task.get_name(), len(tasks)) == ("swell-answer", 1)
    assert await tasks.wait(10) == 0
    assert task.result() == 42
    assert not tasks


async def test_tasks_that_still_run_are_counted_and_cancelled() -> None:
    tasks, cleaned = Tasks(), asyncio.Event()

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    tasks.start(wait_for_ever())
    assert await tasks.wait(0) == 1
    await tasks.cancel(10)
    assert cleaned.is_set()
    assert not tasks
