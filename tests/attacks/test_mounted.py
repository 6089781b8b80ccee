"""F7: mounted in FastAPI: what small messages that inflate cost, and that the log says so."""

from __future__ import annotations

import asyncio
import zlib
from pathlib import Path

import pytest

from .rig import Peer, Target, frame, newcomer, tab, target

pytestmark = pytest.mark.anyio

UVICORN = ("uvicorn", "tests.attacks.mounted:server")
OURS = ("--ws", "swell.server.uvicorn_ws:WebSocketProtocol")


def bomb() -> bytes:
    """Return a frame of 16 kB that inflates to just below 16 MiB."""
    deflater = zlib.compressobj(wbits=-12)
    body = deflater.compress(b" " * ((16 << 20) - 1)) + deflater.flush(zlib.Z_SYNC_FLUSH)
    return frame(0xC1, body.removesuffix(b"\x00\x00\xff\xff"))


async def attacked(running: Target) -> tuple[int, int]:
    """Send ten bombs at once; return the close code, and by how many bytes the process grew."""
    (await tab(running.port, path="/chat")).drop()
    before = peak = running.rss_bytes()
    peer: Peer = await tab(
        running.port, path="/chat", **{"Sec-WebSocket-Extensions": "permessage-deflate"}
    )
    peer.writer.write(bomb() * 10)
    closed = asyncio.create_task(peer.close_code())
    while not closed.done():
        await asyncio.wait({closed}, timeout=0.01)
        peak = max(peak, running.rss_bytes())
    peer.drop()
    return closed.result(), peak - before


async def test_ten_frames_that_inflate_cost_nothing_with_our_protocol(tmp_path: Path) -> None:
    with target(tmp_path, serve=(*UVICORN, *OURS)) as running:
        code, grown = await attacked(running)
        print(f"closed with {code}, grown {grown / 1e6:.0f} MB")
        assert grown < 10e6
        assert code == 1002  # compression was not agreed on
        assert not running.logged("--ws")


async def test_without_it_the_start_says_what_to_add(tmp_path: Path) -> None:
    with target(tmp_path, serve=UVICORN) as running:
        code, grown = await attacked(running)
        print(f"closed with {code}, grown {grown / 1e6:.0f} MB")
        assert code in (1009, 1006)
        assert running.logged("--ws swell.server.uvicorn_ws:WebSocketProtocol") == 1
        assert await newcomer(running.port, path="/chat") < 10  # it continues
