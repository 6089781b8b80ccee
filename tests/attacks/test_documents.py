"""F4: small documents that take for ever to read: other people's downloads do not wait for them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from pathlib import Path

import pytest

from tests.chat.runs.pdf import endless_pdf
from tests.postgres import new_database
from tests.seeds import Size

from .rig import ANSWER_S, HERE, NEWCOMER_S, Peer, newcomer, tab, target

pytestmark = pytest.mark.anyio

DOCUMENTS = max(8, (os.cpu_count() or 1) + 5)
"""How many documents come at once: more than a pool of asyncio has threads."""


async def upload(port: int, owner: Peer, name: str, content: bytes, **further: str) -> str:
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
                **further,
            },
        )
        peer.writer.write(head + body)
        status, headers = await peer.answer()
        answer = await peer.reader.readexactly(int(headers["content-length"]))
        assert status == 200, answer
        return str(json.loads(answer)["files"][0])


def ask(peer: Peer, address: str) -> None:
    """Send a prompt with a file that was uploaded."""
    event = ["chat", "submit", {"files": [address.split("/")[-2]]}]
    peer.send(t="act", id="1", name="chat", args={"chat": "read it"}, event=event)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_hostile_documents_hold_up_no_download(
    tmp_path: Path, size: Size, database: str, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'chat.db'}"
    if database == "postgresql":
        template = request.getfixturevalue("postgres_template")
        url = new_database(request.getfixturevalue("postgres"), template)
    hostile = endless_pdf(size(1_000_000, 4_000_000))
    with target(tmp_path, app=HERE / "reader.py", drain_s=1, database_url=url) as running:
        await newcomer(running.port)
        other = await tab(running.port, "203.0.113.7")
        await other.painted()
        address = await upload(running.port, other, "mine.txt", b"my own words")
        ask(other, address)
        mine = (await other.shown(rb'"(/_f/[^"]+/mine\.txt)"'))[1].decode()
        await other.shown(b"my own words")  # the answer
        other.idle()
        attackers: list[Peer] = []
        addresses: list[str] = []
        for number in range(DOCUMENTS):
            peer = await tab(running.port, f"198.51.100.{number}")
            attackers.append(peer)
            await peer.painted()
            addresses.append(await upload(running.port, peer, "a.pdf", hostile))

        async def strike(peer: Peer, address: str) -> object:
            ask(peer, address)
            answer = (await peer.message("ack"))["st"]
            peer.idle()
            return answer

        answers = asyncio.gather(*map(strike, attackers, addresses))
        slowest = 0.0
        end = time.monotonic() + size(1, 5)
        while time.monotonic() < end or not answers.done():
            begun = time.perf_counter()
            with contextlib.suppress(TimeoutError):
                async with (
                    Peer(running.port, other.address, other.cookie) as peer,
                    asyncio.timeout(ANSWER_S),
                ):
                    assert await peer.get(mine) == 200
            slowest = max(slowest, time.perf_counter() - begun)
            await asyncio.sleep(0.05)
        print(f"a download took at most {slowest:.3f} s")
        assert slowest < NEWCOMER_S
        assert await answers == ["ok"] * DOCUMENTS
        for peer in (other, *attackers):
            peer.drop()
