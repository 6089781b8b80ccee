"""F2: connections that ask for nothing, or take for ever to: newcomers are served all the same."""

from __future__ import annotations

import asyncio
import resource
import time
from pathlib import Path

import pytest

from tests.seeds import Size

from .rig import NEWCOMER_S, Peer, Target, crowd, frame, newcomer, target

pytestmark = pytest.mark.anyio

BODY = {"Content-Length": "1000000", "Content-Type": "text/plain"}
STARTS = {
    "nothing": "",
    "half a head": "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "half a body": "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\nx",
    "one answer": "GET /_s/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nG",
}


async def holding(running: Target, count: int, start: str) -> list[Peer]:
    """Open that many connections which get no further than this."""
    peers = [Peer(running.port) for _ in range(count)]

    async def open_(number: int) -> None:
        peer = await peers[number].__aenter__()
        peer.writer.write(start.encode())

    await crowd(count, open_)
    return [peer for peer in peers if hasattr(peer, "writer")]


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
async def test_1_020_idle_connections_keep_no_newcomer_out(
    tmp_path: Path, size: Size, start: str
) -> None:
    files = size(256, 1024)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, files + 1024), hard))
    with target(tmp_path, files=files) as running:
        calm = await newcomer(running.port)
        peers = await holding(running, files - 4, start)
        try:
            for _ in range(3):
                took = await newcomer(running.port)
                print(f"newcomer {took:.3f} s, {running.open_files()} files open")
                assert took < max(NEWCOMER_S, 4 * calm)
        finally:
            print(f"{running.logged()} lines logged")
            for peer in peers:
                peer.drop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert not running.logged("cannot accept"), running.log[:10]
    assert running.logged() <= 3, running.log[:10]


async def ends_in(peer: Peer, drip: bytes = b"") -> float:
    """Return the seconds until the server closes, while bytes drip in."""
    begun = time.perf_counter()

    async def dripping() -> None:
        while True:
            await asyncio.sleep(0.1)
            peer.writer.write(drip)

    task = asyncio.create_task(dripping())
    try:
        async with asyncio.timeout(20):
            await peer.reader.read()
    except ConnectionError:
        pass
    finally:
        task.cancel()
    return time.perf_counter() - begun


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
async def test_who_sends_a_byte_now_and_then_is_cut_off(tmp_path: Path, start: str) -> None:
    limits = {"header_timeout_s": 1, "body_timeout_s": 1, "keep_alive_s": 1}
    with target(tmp_path, **limits) as running:
        (peer,) = await holding(running, 1, start)
        assert 0.5 < await ends_in(peer, b"x") < 10
        peer.drop()


NO_HTTP = {
    "bytes": bytes(100),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "chunks": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "upgrade": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "message": b"",
}


async def test_what_is_no_http_or_no_message_is_a_line_a_minute(tmp_path: Path, size: Size) -> None:
    with target(tmp_path) as running:

        async def strike(number: int) -> None:
            async with Peer(running.port, f"198.51.100.{number % 250}") as peer:
                sent = [*NO_HTTP.values()][number % len(NO_HTTP)]
                if not sent:
                    assert await peer.upgrade() == 101
                peer.writer.write(sent or frame(0x81, b"hello there"))
                await peer.reader.read(1)

        await crowd(size(120, 3_000), strike)
        assert await newcomer(running.port) < 10
    print(f"{running.logged()} lines logged")
    assert not running.logged("Traceback")
    assert running.logged() <= 6, running.log[:10]
