"""Peers that fall silent or stay away: both sides notice, and what can be kept is kept."""

from __future__ import annotations

import asyncio
import logging

import pytest

from swell.live.page import LivePage

from .proxy import DOWN, UP, FaultProxy
from .rig import Story, faulty, settings, text
from .tab import Tab, same

pytestmark = pytest.mark.anyio


async def test_r4_both_sides_notice_a_connection_that_is_half_open(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "swell.server")
    await asyncio.gather(half_open(UP, DOWN), half_open(UP), half_open(DOWN))
    assert caplog.text.count("closed a connection with 4004") == 3


async def half_open(*directions: str) -> None:
    """Let a connection vanish in these directions while an answer streams."""
    short = settings(beat_interval_s=1.0, beat_timeout_s=1.0)
    story, gate = Story(), asyncio.Event()
    story.at = lambda number: gate.wait() if number == 5 else None
    with faulty(story, short) as server, FaultProxy(server.port) as proxy:
        async with Tab(proxy.port) as tab:
            assert tab.id is not None
            await tab.acked(await tab.act("10"))
            await tab.until(lambda: tab.text == text(5))
            proxy.blackhole(*directions)
            server.on_loop(gate.set)
            await tab.until(lambda: len(tab.welcomes) == 2 and tab.text == text(10))
            await tab.until(lambda: len(server.unsent()) == 1)  # the old socket is freed
            same(tab, server)
            # Automatically, unless the server was quicker and its close could still arrive.
            assert tab.closes == [1006] or (DOWN not in directions and tab.closes == [4004])
            assert tab.welcomes == ["snapshot", "resumed"]
            assert server.watching(tab.id) == 1
            assert story.prompts == ["10"]


def sent(page: LivePage) -> None:
    """Close the last patch of a page, as sending it to a new client does."""
    page.snapshot()


@pytest.mark.parametrize(
    ("missed", "welcome"), [(0, "resumed"), (19, "resumed"), (20, "resumed"), (21, "snapshot")]
)
async def test_r6_who_comes_back_gets_what_was_missed_or_a_snapshot(
    missed: int, welcome: str
) -> None:
    story, gate = Story(), asyncio.Event()
    with faulty(story, settings(ring_patches=20)) as server, FaultProxy(server.port) as proxy:
        async with Tab(proxy.port) as tab:
            assert tab.id is not None
            page = server.broker.clients[tab.id].page.live
            # A sent patch is closed, so each token is a patch.
            story.at = lambda number: gate.wait() if number == 5 else sent(page)
            await tab.act(str(5 + missed))
            await tab.until(lambda: tab.text == text(5))
            await tab.until(lambda: not tab.behind(server))
            proxy.offline()
            seq = server.seq(tab.id)
            server.on_loop(gate.set)
            await tab.until(lambda: server.seq(tab.id or "") == seq + missed)
            proxy.online()
            await tab.until(lambda: tab.connections == 2 and tab.online)
            await tab.until(lambda: tab.text == text(5 + missed))
            same(tab, server)
            assert tab.welcomes == ["snapshot", welcome]


async def test_r6_who_stays_away_too_long_begins_anew_and_keeps_what_was_not_sent() -> None:
    story = Story()
    short = settings(reconnect_timeout_s=0.2)
    with faulty(story, short) as server, FaultProxy(server.port) as proxy:
        async with Tab(proxy.port) as tab:
            first = tab.id
            await tab.act("3")
            await tab.until(lambda: tab.text == text(3))
            proxy.offline()
            await tab.act("typed offline: 2")
            await tab.until(lambda: story.left == 1 and server.forgotten())
            proxy.online()
            await tab.until(lambda: tab.text == text(2))
            same(tab, server)
            assert tab.id != first
            assert tab.closes[-1] == 4503
            assert tab.welcomes == ["snapshot", "snapshot"]
            assert story.prompts == ["3", "typed offline: 2"]
            assert len(tab.rows) == 2
