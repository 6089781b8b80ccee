"""F3: imported chats that are small on the wire and large in memory: refused, without effect on
others."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.chat.test_imports import exported, table
from tests.seeds import Size

from .rig import NEWCOMER_S, Peer, Target, newcomer, tab, target
from .test_documents import upload

pytestmark = pytest.mark.anyio

Answer = tuple[str, str | None]


async def imported(running: Target, content: bytes, count: int) -> tuple[list[Answer], int, float]:
    """Import a chat in so many tabs at once while newcomers come.

    Returns:
        The answers, how much more memory the server has had, and how long a newcomer waited.
    """
    await newcomer(running.port)
    before = running.most_bytes()
    attackers: list[Peer] = []
    addresses: list[str] = []
    for number in range(count):
        peer = await tab(running.port, f"198.51.100.{number}")
        attackers.append(peer)
        await peer.painted()
        addresses.append(await upload(running.port, peer, "chat.json", content))
    for peer, address in zip(attackers, addresses, strict=True):
        event = ["import", "submit", {"files": [address.split("/")[-2]]}]
        peer.send(t="act", id="1", name="import", args={}, event=event)
    slowest = 0.0
    acks = asyncio.gather(*(peer.message("ack") for peer in attackers))
    while not acks.done():
        slowest = max(slowest, await newcomer(running.port, "203.0.113.7"))
    grown = running.most_bytes() - before
    print(f"{grown >> 20} MB more, newcomer {slowest:.3f} s")
    for peer in attackers:
        peer.drop()
    return [(ack["st"], ack.get("code")) for ack in await acks], grown, slowest


async def test_tables_of_4_5_mb_are_refused_and_cost_no_memory(tmp_path: Path, size: Size) -> None:
    content = exported(table(250_000, 8))
    assert len(content) > 4_500_000
    with target(tmp_path) as running:
        count = size(8, 16)
        answers, grown, slowest = await imported(running, content, count)
        assert answers == [("err", "bad_thread")] * count
        assert grown < 50 << 20
        assert slowest < NEWCOMER_S
    with contextlib.closing(sqlite3.connect(tmp_path / "chat.db")) as connection:
        assert connection.execute("SELECT count(*) FROM threads").fetchone() == (0,)


async def test_large_chats_are_imported_one_after_another(tmp_path: Path, size: Size) -> None:
    texts = {f"k{number}": "y" * 40_000 for number in range(480)}
    content = exported({"type": "text", "text": "x", **texts})
    with target(tmp_path) as running:
        count = size(6, 12)
        answers, grown, _ = await imported(running, content, count)
        assert answers == [("ok", None)] * count
        assert grown < 150 << 20  # one takes 96 MB
