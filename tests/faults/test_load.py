"""Bad networks and many who join at once, while answers stream."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.seeds import Size

from .proxy import FaultProxy
from .rig import Story, faulty, numbers, text
from .tab import Tab, same

pytestmark = pytest.mark.anyio


async def test_r5_twenty_clients_behind_a_slow_and_lossy_network(seed: int, size: Size) -> None:
    story = Story(pace_s=size(5, 20) / 1000)
    count = size(60, 9000)
    with faulty(story) as server, FaultProxy(server.port, seed=seed) as proxy:
        proxy.delay(0.1, jitter_s=0.05, stall=0.05, stall_s=0.3)
        proxy.slice(64)

        async def person(number: int) -> None:
            async with Tab(proxy.port, seed=seed + number) as tab:
                await tab.acked(await tab.act(str(count)))
                await tab.until(lambda: tab.text == text(count), wait_s=300)
                same(tab, server)
                assert tab.hellos == 1  # late is not lost: no tab asks again

        await asyncio.gather(*map(person, range(20)))
        assert story.prompts == [str(count)] * 20


async def test_r7_no_gap_and_no_duplicate_for_those_who_join_under_load(
    seed: int, size: Size
) -> None:
    """Each joins, follows for a few frames, loses the connection, and joins again."""
    rng = random.Random(seed)
    story = Story(pace_s=0.001, shared=True)
    with faulty(story, mode="broadcast") as server:
        async with Tab(server.port) as writer:
            await writer.act("60000")

            async def join(number: int) -> None:
                async with Tab(server.port, seed=seed + number) as tab:
                    for times in (1, 2):
                        await tab.until(lambda: tab.online)
                        await tab.more(rng.randrange(1, 6))
                        assert numbers(tab.text) == list(range(len(numbers(tab.text))))
                        assert tab.text == text(len(numbers(tab.text)))
                        assert (tab.connections, tab.hellos) == (times, times)
                        if times == 1:
                            tab.lose()
                            await tab.until(lambda: tab.connections == 2)
                    assert tab.welcomes == ["snapshot", "resumed"]

            joins = size(100, 1000)
            for start in range(0, joins, 25):
                await asyncio.gather(*map(join, range(start, min(start + 25, joins))))
            assert writer.hellos == 1
            assert story.prompts == ["60000"]
