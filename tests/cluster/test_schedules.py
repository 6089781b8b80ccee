"""Whatever breaks, in whatever order: nothing is lost, doubled or shown wrong by any process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.programs import Program
from tests.seeds import Size

from .rig import Cluster
from .schedule import play

pytestmark = pytest.mark.anyio


@pytest.fixture
async def cluster(tmp_path: Path, program: Program) -> AsyncIterator[Cluster]:
    """Start the service."""
    async with Cluster(tmp_path, program("redis-server")) as started:
        yield started


async def test_schedules(cluster: Cluster, seed: int, size: Size) -> None:
    for number in range(size(10, 1000)):
        await play(cluster, (seed + number) % (1 << 32))
