"""Readers that are slow or have stopped: bounded for the server, unnoticed by others."""

from __future__ import annotations

import asyncio
import logging
import random

import pytest

from swell import Q, data, ui
from swell.server.uvicorn_ws import WebSocketProtocol
from tests.seeds import Size

from .proxy import FaultProxy
from .rig import faulty, rss_bytes, settings
from .tab import Tab, same

pytestmark = pytest.mark.anyio

PLAIN = "websockets-sansio"  # uvicorn's own, without our extension
MIB = 1 << 20
ROW = 50_000  # characters of the text that is written anew all the time


class Flood:
    """An app whose one shared text is replaced so fast that 5 MB a second travel.

    Attributes:
        saves: How many patches it has made.
    """

    def __init__(self, seed: int) -> None:
        self.saves = 0
        self._rng = random.Random(seed)
        self._running = False

    async def __call__(self, q: Q) -> None:
        """Answer one query: `start`, or `stop`."""
        if not q.app.painted:
            q.app.painted = True
            q.page["chat"] = ui.chatbot_card(
                "1 1 -1 -1", "chatbot", data("content from_user", t="list", rows=[["", False]])
            )
        await q.page.save()
        if q.args.chatbot == "start":
            self._running = True
            while self._running:
                await self._save(q)
                await asyncio.sleep(0.01)
            q.page["chat"].data[-1] = ["the end", False]
            await q.page.save()
        elif q.args.chatbot == "stop":
            self._running = False

    async def _save(self, q: Q) -> None:
        q.page["chat"].data[-1] = [f"{self._rng.random():.20f}" + " word" * (ROW // 5), False]
        await q.page.save()
        self.saves += 1


@pytest.mark.parametrize(
    ("ws", "saves", "bound"),
    [(WebSocketProtocol, 18_000, ROW + 1000), (PLAIN, 2_000, 2 * MIB)],  # ours holds one frame
)
async def test_r13_a_slow_reader_costs_bounded_memory_and_gets_the_state(
    ws: object, saves: int, bound: int, seed: int, size: Size
) -> None:
    flood = Flood(seed)
    with faulty(flood, mode="broadcast", ws=ws) as server, FaultProxy(server.port) as proxy:
        async with Tab(server.port) as writer, Tab(proxy.port) as reader:
            proxy.throttle(2000)
            await writer.act("start")
            await writer.until(lambda: flood.saves > 50)
            memory, most, end = rss_bytes(), 0, flood.saves + size(200, saves)
            while flood.saves < end:
                most = max(most, *server.unsent())
                await asyncio.sleep(0.01)
            assert 0 < most < bound
            assert rss_bytes() - memory < 32 * MIB
            frames, made = reader.frames, flood.saves
            proxy.throttle(0)
            await writer.act("stop")
            await writer.until(lambda: writer.text == "the end")
            await reader.until(lambda: reader.online and reader.text == "the end")
            same(writer, server)
            same(reader, server)
            assert frames + 10 < made / 4  # the backlog came as few frames, not as history
            assert (writer.connections, writer.hellos) == (1, 1)


async def test_r14_a_reader_that_has_stopped_is_closed_and_its_memory_returned(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "swell.server")
    await asyncio.gather(stop_reading(WebSocketProtocol, seed), stop_reading(PLAIN, seed))
    assert caplog.text.count("closed a connection with 4003") == 2


async def stop_reading(ws: object, seed: int) -> None:
    """Let a reader stop while much is sent, until the server gives up, and then resume."""
    flood = Flood(seed)
    with (
        faulty(flood, settings(slow_reader_s=1.0), mode="broadcast", ws=ws) as server,
        FaultProxy(server.port) as proxy,
    ):
        async with Tab(server.port) as writer, Tab(proxy.port) as reader:
            assert reader.id is not None
            tasks = server.tasks()
            proxy.pause()
            await writer.act("start")
            await writer.until(lambda: len(server.unsent()) == 2 and max(server.unsent()) > 0)
            await writer.until(lambda: not server.watching(reader.id or ""))
            if ws is WebSocketProtocol:  # ASGI has no way to drop bytes that the peer does not read
                await writer.until(lambda: len(server.unsent()) == 1)
            await writer.act("stop")
            await writer.until(lambda: writer.text == "the end" and server.tasks() == tasks - 3)
            assert (writer.connections, writer.hellos) == (1, 1)
            proxy.resume()
            await reader.until(lambda: reader.online and reader.text == "the end")
            same(reader, server)
            assert reader.connections == 2


async def test_r13_a_reader_that_stalled_and_went_on_is_not_taken_for_one_that_has_stopped(
    seed: int,
) -> None:
    flood = Flood(seed)
    patient = settings(beat_interval_s=1.0, beat_timeout_s=60.0, slow_reader_s=1.5)
    with (
        faulty(flood, patient, mode="broadcast") as server,
        FaultProxy(server.port) as proxy,
    ):
        async with Tab(server.port) as writer, Tab(proxy.port) as reader:
            proxy.pause()
            await writer.act("start")
            await writer.until(lambda: max(server.unsent()) > 0)
            beats = writer.beats
            await writer.until(lambda: writer.beats > beats)  # the reader's is due by then
            proxy.resume()
            await writer.act("stop")
            await reader.until(lambda: reader.text == "the end")
            beats = reader.beats
            await reader.until(lambda: reader.beats >= beats + 3)  # twice the patience
            assert (reader.connections, reader.hellos) == (1, 1)
            same(reader, server)
