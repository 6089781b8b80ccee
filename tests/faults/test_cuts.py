"""Connections that are cut at any byte: nothing is applied in part, lost, or done twice."""

from __future__ import annotations

import pytest

from swell.live.wire import Act
from tests.seeds import Size

from .proxy import DOWN, UP, FaultProxy
from .rig import Story, faulty, text
from .tab import Tab, same

pytestmark = pytest.mark.anyio


async def prompt(tab: Tab, value: str, tokens: int) -> None:
    """Send a prompt for so many tokens, and wait until it is acknowledged and answered."""
    rows = len(tab.rows) + 2
    id = await tab.act(f"{value}: {tokens}")
    await tab.acked(id)
    await tab.until(lambda: len(tab.rows) == rows and tab.text == text(tokens))


@pytest.mark.parametrize("direction", [DOWN, UP])
async def test_r2_r10_a_cut_after_any_byte_of_a_prompt_and_its_answer(
    direction: str, size: Size
) -> None:
    """Down, the cuts tear the ack, the answer's frames and the end; up, the prompt itself."""
    story, tokens = Story(), size(2, 12)
    with faulty(story) as server, FaultProxy(server.port) as proxy:
        async with Tab(proxy.port) as tab:
            before = proxy.passed(direction)
            await prompt(tab, "length", tokens)
            last = proxy.passed(direction) - before
            assert last > 100
            for count in range(last + 1):
                proxy.cut_after(count, direction)
                await prompt(tab, str(count), tokens)
            same(tab, server)
            assert story.prompts == [f"{name}: {tokens}" for name in ["length", *range(last + 1)]]
            assert proxy.cuts > last / 2  # those after the end, when frames were merged, are none
            assert set(tab.welcomes[1:]) == {"resumed"}


async def test_r10_a_prompt_whose_ack_is_lost_runs_once_however_often_it_is_sent() -> None:
    story = Story()
    with faulty(story) as server, FaultProxy(server.port) as proxy:
        async with Tab(proxy.port) as tab:
            proxy.cut_after(0)
            id = await tab.act("3")
            await tab.acked(id)
            assert [ack.st for ack in tab.acks] == ["dup"]
            for _ in range(2):
                tab.acks.clear()
                await tab.send(Act(id, {"chatbot": "3"}, "chatbot"))
                await tab.until(lambda: tab.acks)
                assert [ack.st for ack in tab.acks] == ["dup"]
            await tab.until(lambda: tab.text == text(3))
            same(tab, server)
            assert story.prompts == ["3"]
