"""F6: WebSocket frames that carry nothing count, and too many of them end their own socket."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from swell.live.wire import CLOSE_MALFORMED, CLOSE_RATE
from tests.seeds import Size

from .rig import NEWCOMER_S, Peer, frame, newcomer, tab, target

pytestmark = pytest.mark.anyio

FRAMES = {
    "continuation": frame(0x00),
    "ping": frame(0x89),
    "ping of 125 bytes": frame(0x89, b"x" * 125),
    "pong": frame(0x8A),
    "text": frame(0x81),
}


@pytest.mark.parametrize("greets", [True, False], ids=["after hello", "before hello"])
async def test_200_000_empty_frames_end_their_socket_and_bother_nobody(
    tmp_path: Path, size: Size, greets: bool
) -> None:
    count = size(5_000, 200_000)
    with target(tmp_path) as running:
        await newcomer(running.port)
        calm = await newcomer(running.port)
        for name, empty in FRAMES.items():
            before = running.rss_bytes()
            if greets:
                peer = await tab(running.port)
            else:
                peer = await Peer(running.port).__aenter__()
                assert await peer.upgrade() == 101
            if name == "continuation":
                peer.writer.write(frame(0x01, b"{"))  # a message that never ends
            peer.writer.write(empty * count)
            took = asyncio.create_task(newcomer(running.port))
            code = await peer.close_code()
            grown = running.rss_bytes() - before
            print(f"{name}: {code}, newcomer {await took:.3f} s, grown {grown / 1e6:.1f} MB")
            peer.drop()
            # the first of the empty texts may be what the socket is closed for
            assert code == CLOSE_RATE or (name == "text" and code == CLOSE_MALFORMED), name
            assert took.result() < max(NEWCOMER_S, 4 * calm), name
            assert grown < 10e6, name


async def test_pongs_to_a_peer_that_reads_nothing_are_not_kept(tmp_path: Path, size: Size) -> None:
    pings = size(20_000, 1_000_000)
    with target(tmp_path) as running:
        await newcomer(running.port)
        before = peak = running.rss_bytes()
        peer = await tab(running.port)
        peer.reader._transport.pause_reading()  # type: ignore[attr-defined]  # the point of it
        try:
            async with asyncio.timeout(40):
                for _ in range(pings // 1000):
                    peer.writer.write(FRAMES["ping of 125 bytes"] * 1000)
                    await peer.writer.drain()
                    peak = max(peak, running.rss_bytes())
        except ConnectionError:
            pass  # which is what it deserves
        grown = peak - before
        print(f"grown {grown / 1e6:.1f} MB")
        peer.drop()
        assert grown < 10e6
