"""What people see when a part of the service is gone, and behind a pooler."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.faults.chat.rig import ChatTab, submission
from tests.faults.tokens import text
from tests.programs import Program

from .rig import Cluster
from .schedule import play

pytestmark = pytest.mark.anyio


async def test_without_a_backplane_the_owner_goes_on_and_others_catch_up_from_the_store(
    tmp_path: Path, program: Program
) -> None:
    async with Cluster(tmp_path, program("redis-server")) as cluster:
        owner, other, _ = cluster.members
        async with ChatTab(owner.port, "ann") as here:
            await here.post(submission("tell=40 hold=20"))
            await here.until(lambda: here.text == text(20))
            async with ChatTab(other.port, "ann", address=here.address) as there:
                await there.until(lambda: there.text == text(20))
                await asyncio.to_thread(cluster.redis.kill)
                owner.go()
                await here.until(lambda: here.text == text(40))
                await there.until(lambda: there.text == text(40))
                await there.done()
                await here.ask("tell=3")
                await asyncio.to_thread(cluster.redis.start)
                await there.until(lambda: there.shown == here.shown)


async def test_the_answers_of_a_frozen_or_killed_process_are_interrupted_in_all_other_tabs(
    tmp_path: Path, program: Program
) -> None:
    async with Cluster(tmp_path, program("redis-server")) as cluster:
        one, two, three = cluster.members
        async with ChatTab(three.port, "ann") as tab:
            for owner in (one, two):
                async with ChatTab(owner.port, "ann") as here:
                    await here.post(submission("tell=40 hold=20"))
                    await here.until(lambda here=here: here.text == text(20))  # type: ignore[misc]
                    await tab.open(here.address)
                    await tab.until(lambda: tab.text == text(20))
                    owner.signal(signal.SIGSTOP if owner is one else signal.SIGKILL)
                    await tab.until(lambda: tab.statuses == ["interrupted"])
                    await tab.done()
                    assert tab.text == text(20)


async def test_schedules_behind_pgbouncer_in_transaction_mode(
    tmp_path: Path, program: Program, seed: int
) -> None:
    async with Cluster(tmp_path, program("redis-server"), pooler=program("pgbouncer")) as cluster:
        for number in range(3):
            await play(cluster, (seed + number) % (1 << 32))
