"""Frames that are lost, doubled or swapped: the position finds it, and one resync mends it."""

from __future__ import annotations

import random

import pytest

from swell import Q, data, ui
from tests.seeds import Size

from .frames import FAULTS, Fault, FrameProxy, often, once, when
from .rig import FaultServer, Story, faulty, numbers, settings, text, token
from .tab import Tab, same

pytestmark = pytest.mark.anyio

TOKENS = 40


async def stream(tab: Tab, server: FaultServer) -> None:
    """Prompt for an answer and wait for its end; the tab must have what the server has."""
    await tab.act(str(TOKENS))
    await tab.until(lambda: tab.text == text(TOKENS))
    assert numbers(tab.text) == list(range(TOKENS))
    same(tab, server)


async def test_r3_one_fault_costs_at_most_one_resync(seed: int, size: Size) -> None:
    rng = random.Random(seed)
    story = Story()
    with faulty(story) as server, FrameProxy(server.port) as proxy:
        for number in range(size(36, 200)):
            async with Tab(proxy.port, seed=number) as tab:
                fault: Fault = FAULTS[number % len(FAULTS)]
                proxy.plan = once(fault, rng.randrange(TOKENS - 5))
                proxy.faults = 0
                await stream(tab, server)
                assert proxy.faults == 1
                assert tab.connections == 1
                resyncs = tab.hellos - 1
                assert resyncs == (0 if fault == "double" else 1), fault
                assert tab.welcomes[1:] == ["resumed"] * resyncs


async def test_r3_a_lost_last_frame_is_found_by_the_next_beat() -> None:
    with faulty(Story(), settings(beat_interval_s=1.0)) as server, FrameProxy(server.port) as proxy:
        async with Tab(proxy.port) as tab:
            proxy.plan = when("drop", token(TOKENS - 1).encode())
            await stream(tab, server)
            assert proxy.faults == 1
            assert tab.welcomes == ["snapshot", "resumed"]


async def long_page(q: Q) -> None:
    """Show a page that takes four frames to send."""
    rows = [["x" * 50_000, False], ["y", True]]
    q.page["chat"] = ui.chatbot_card(
        "1 1 -1 -1", "chatbot", data("content from_user", t="list", rows=rows)
    )
    await q.page.save()


@pytest.mark.parametrize("fault", FAULTS)
async def test_r3_a_snapshot_with_a_part_lost_doubled_or_swapped_is_not_used(fault: Fault) -> None:
    with faulty(long_page) as server, FrameProxy(server.port) as proxy:
        async with Tab(proxy.port) as tab:
            for at in range(4):
                proxy.plan, proxy.faults = once(fault, at), 0
                connections, hellos = tab.connections, tab.hellos
                tab.position = None  # so that it asks for all
                tab.lose()
                await tab.until(lambda: proxy.faults and tab.online)
                same(tab, server)
                # Nothing comes after the last part: only silence tells that it is lost.
                lost = 2 if at == 3 and fault != "double" else 1
                assert tab.connections == connections + lost
                assert tab.hellos <= hellos + 2


async def test_r3_many_faults_in_a_row_are_mended(seed: int, size: Size) -> None:
    with faulty(Story(), settings(beat_interval_s=1.0)) as server, FrameProxy(server.port) as proxy:
        for number in range(size(3, 40)):
            async with Tab(proxy.port, seed=seed) as tab:
                proxy.plan = often(seed + number, 0.2)
                await stream(tab, server)
