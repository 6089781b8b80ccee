"""What a WebSocket costs whose peer sends what no application gets to see, or reads nothing."""

from __future__ import annotations

import gc
import logging
import socket
import time

import anyio
import pytest

from swell import Q, ui
from swell.live.wire import CLOSE_FORBIDDEN, CLOSE_RATE, CLOSE_TOO_BIG
from swell.server.uvicorn_ws import WebSocketProtocol
from tests.attacks.rig import Peer, frame, tab
from tests.faults.rig import FAST, faulty, settings

pytestmark = pytest.mark.anyio


async def greet(q: Q) -> None:
    """Show a page, and a large one to who asks."""
    q.page["text"] = ui.markdown_card("1 1 -1 -1", "", "x" * 200_000 if q.args.large else "hi")
    await q.page.save()


async def until(condition: object, wait_s: float = 10.0) -> None:
    """Wait for something that another thread does."""
    assert callable(condition)
    end = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < end
        await anyio.sleep(0.01)


async def test_a_peer_that_reads_nothing_gets_no_pongs() -> None:
    with faulty(greet, FAST) as server:
        peer = await tab(server.port)
        peer.reader._transport.pause_reading()  # type: ignore[attr-defined]  # the point of it
        small = peer.writer.get_extra_info("socket")
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while not any(server.unsent()):
            peer.send(t="act", id=str(time.monotonic_ns()), args={"large": True})
            await anyio.sleep(0.01)
        waiting = server.unsent()
        for _ in range(1000):
            peer.writer.write(frame(0x89, b"x" * 125))
        peer.send(t="act", id="last", name="last", args={})
        await until(lambda: any("last" in c.seen for c in server.broker.clients.values()))
        assert server.unsent() == waiting
        peer.drop()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(0x81, b"x" * 300_000), CLOSE_TOO_BIG),
        (frame(0x81, b"\xff\xfe"), 1007),
        (frame(0x83), 1002),
        (frame(0x01, b"{") + frame(0x00) * 100_000, CLOSE_RATE),
    ],
    ids=["too big", "no UTF-8", "no frame", "too many"],
)
async def test_a_peer_that_breaks_the_protocol_reads_why_whatever_it_still_sends(
    sent: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    with faulty(greet, settings(act_burst=30, act_rate_per_s=10)) as server:
        peer = await tab(server.port)
        peer.writer.write(sent)
        for _ in range(20):
            peer.writer.write(frame(0x81, b"x" * 60_000))
        assert await peer.close_code() == code
        peer.drop()
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_request_that_only_looks_like_a_websocket_is_answered() -> None:
    with faulty(greet, FAST) as server:
        async with Peer(server.port) as peer:
            many = {f"X-{number}": "1" for number in range(300)}
            assert await peer.upgrade(**many) == 431
            assert b"128 headers" in await peer.reader.read()  # to the end: it is closed


def protocols() -> list[object]:
    """Return the connections that are in memory."""
    return [one for one in gc.get_objects() if type(one) is WebSocketProtocol]


@pytest.mark.parametrize("end", ["of the peer", "of the server"])
async def test_a_connection_that_has_ended_is_freed_without_the_collector(end: str) -> None:
    gc.collect()
    gc.disable()
    try:
        with faulty(greet, FAST) as server:
            peer = await tab(server.port)
            await peer.painted()
            assert len(protocols()) == 1
            if end == "of the peer":
                peer.drop()
            else:
                [client] = server.broker.clients.values()
                end_page = server.broker.end_page
                server.on_loop(lambda: end_page(client.address, CLOSE_FORBIDDEN, "go"))
                assert await peer.close_code() == CLOSE_FORBIDDEN
            peer.drop()
            await until(lambda: not protocols())
    finally:
        gc.enable()
