"""The backplane inside one process keeps to what all of them do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from swell.backplane.memory import Hub, MemoryBackplane

from .conformance import Conformance


class TestMemory(Conformance):
    """Two members of one hub."""

    @pytest.fixture
    async def members(self) -> AsyncIterator[tuple[MemoryBackplane, MemoryBackplane]]:
        hub = Hub()
        one, two = MemoryBackplane(hub), MemoryBackplane(hub)
        await one.open()
        await two.open()
        yield one, two
        await one.close()
        await two.close()
