"""Chats to import that are small on the wire and large in memory: refused, and felt by nobody."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.chat.test_imports import exported, table
from tests.seeds import Size

from .rig import NEWCOMER_S, Peer, newcomer, tab, target
from .test_documents import upload

pytestmark = pytest.mark.anyio

GROWTH_BYTES = 50 << 20
"""How much more memory a server may have had afterwards."""


async def test_a_table_of_4_5_mb_is_refused_and_costs_no_memory(tmp_path: Path, size: Size) -> None:
    content = exported(table(250_000, 8))
    assert len(content) > 4_500_000
    with target(tmp_path) as running:
        calm = await newcomer(running.port)
        before = running.most_bytes()
        attackers: list[Peer] = []
        for number in range(size(1, 8)):
            peer = await tab(running.port, f"198.51.100.{number}")
            attackers.append(peer)
            await peer.painted()
            address = await upload(running.port, peer, "chat.json", content)
            event = ["import", "submit", {"files": [address.split("/")[-2]]}]
            peer.send(t="act", id="1", name="import", args={}, event=event)
        slowest = 0.0
        answers = asyncio.gather(*(peer.message("ack") for peer in attackers))
        while not answers.done():
            slowest = max(slowest, await newcomer(running.port, "203.0.113.7"))
        grown = running.most_bytes() - before
        print(f"{grown >> 20} MB more, newcomer {slowest:.3f} s")
        assert [(one["st"], one.get("code")) for one in await answers] == [
            ("err", "bad_thread")
        ] * len(attackers)
        assert grown < GROWTH_BYTES
        assert slowest < max(NEWCOMER_S, 4 * calm)
        for peer in attackers:
            peer.drop()
    with contextlib.closing(sqlite3.connect(tmp_path / "chat.db")) as connection:
        assert connection.execute("SELECT count(*) FROM threads").fetchone() == (0,)
