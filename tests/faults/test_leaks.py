"""Connections that come and go: nothing of them stays."""

from __future__ import annotations

import asyncio
import random

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.seeds import Size

from .rig import FaultServer, Story, faulty, open_files, rss_bytes, settings
from .tab import Tab

pytestmark = pytest.mark.anyio

MIB = 1 << 20


def _socket(port: int) -> connect:
    origin = Origin(f"http://127.0.0.1:{port}")
    return connect(f"ws://127.0.0.1:{port}/_s/ws", origin=origin, proxy=None)


async def orderly(port: int) -> None:
    """Open a page and leave."""
    async with Tab(port):
        pass


async def busy(port: int) -> None:
    """Leave while an answer streams."""
    async with Tab(port) as tab:
        await tab.acked(await tab.act("5"))


async def abrupt(port: int) -> None:
    """Vanish, come back, vanish again."""
    async with Tab(port) as tab:
        tab.lose()
        await tab.until(lambda: tab.connections > 1 and tab.online)
        tab.lose()


async def silent(port: int) -> None:
    """Connect, say nothing, go."""
    async with _socket(port):
        pass


async def rude(port: int) -> None:
    """Connect, send nonsense, be thrown out."""
    async with _socket(port) as socket:
        await socket.send("nonsense")
        with pytest.raises(ConnectionClosed):
            await socket.recv()


async def unfinished(port: int) -> None:
    """Go in the middle of the handshake."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /_s/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: web")
    await writer.drain()
    writer.close()


VISITS = (orderly, busy, abrupt, silent, rude, unfinished)


async def cycle(server: FaultServer, rng: random.Random, count: int) -> None:
    """Do so many visits, ten at a time, and wait until the server has forgotten them."""
    for start in range(0, count, 10):
        await asyncio.gather(
            *(rng.choice(VISITS)(server.port) for _ in range(min(10, count - start)))
        )

    async with asyncio.timeout(30):
        while not server.forgotten():  # noqa: ASYNC110  # the server has no such event
            await asyncio.sleep(0.05)


async def test_r20_visits_leave_nothing_behind(seed: int, size: Size) -> None:
    rng, story = random.Random(seed), Story()
    with faulty(story, settings(reconnect_timeout_s=0.1)) as server:
        await cycle(server, rng, size(60, 1000))  # what is made once has been made
        tasks, files, memory = server.tasks(), open_files(), rss_bytes()
        await cycle(server, rng, size(300, 20_000))
        assert server.tasks() == tasks
        assert open_files() == files
        assert rss_bytes() < memory * 1.1 + 4 * MIB
