"""Small documents that take for ever to read: other people's downloads do not wait for them."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from tests.chat.pdf import endless_pdf
from tests.seeds import Size

from .rig import HERE, NEWCOMER_S, Peer, newcomer, tab, target

pytestmark = pytest.mark.anyio


async def upload(port: int, owner: Peer, name: str, content: bytes) -> str:
    """Upload a file as a tab would, and return its address."""
    body = (
        f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n--b--\r\n"
    )
    async with Peer(port, owner.address, owner.cookie) as peer:
        head = peer.head(
            "POST /_f/",
            **{
                "Origin": f"http://127.0.0.1:{port}",
                "Swell-Client": owner.client,
                "Content-Type": "multipart/form-data; boundary=b",
                "Content-Length": str(len(body)),
            },
        )
        peer.writer.write(head + body)
        status, headers = await peer.answer()
        answer = await peer.reader.readexactly(int(headers["content-length"]))
        assert status == 200, answer
        return str(json.loads(answer)["files"][0])


async def test_eight_hostile_documents_hold_up_no_download(tmp_path: Path, size: Size) -> None:
    hostile = endless_pdf(size(1_000_000, 4_000_000))
    with target(tmp_path, app=HERE / "reader.py") as running:
        await newcomer(running.port)
        other = await tab(running.port, "203.0.113.7")
        mine = await upload(running.port, other, "mine.txt", b"my own words")
        attackers = []
        for number in range(8):
            peer = await tab(running.port, f"198.51.100.{number}")
            attackers.append(peer)
            await peer.painted()
            address = await upload(running.port, peer, "a.pdf", hostile)
            event = ["chat", "submit", {"files": [address.split("/")[-2]]}]
            peer.send(t="act", id="1", name="chat", args={"chat": "read it"}, event=event)
            assert (await peer.message("ack"))["st"] == "ok"
        slowest = 0.0
        end = time.monotonic() + size(1, 5)
        while time.monotonic() < end:
            begun = time.perf_counter()
            async with Peer(running.port, other.address, other.cookie) as peer, asyncio.timeout(60):
                assert await peer.get(mine) == 200
            slowest = max(slowest, time.perf_counter() - begun)
            await asyncio.sleep(0.05)
        print(f"a download took at most {slowest:.3f} s")
        assert slowest < NEWCOMER_S
        for peer in (other, *attackers):
            peer.drop()
