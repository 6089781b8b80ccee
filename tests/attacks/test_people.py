"""F8: browsers without a cookie, by the thousand: the database does not grow by who only looks."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.seeds import Size

from .rig import Peer, crowd, tab, target

pytestmark = pytest.mark.anyio


def people(folder: Path) -> int:
    """Return how many people the database of a target has."""
    with contextlib.closing(sqlite3.connect(folder / "chat.db")) as connection:
        count: int = connection.execute("SELECT count(*) FROM users").fetchone()[0]
        return count


async def test_1_000_hellos_store_nobody(tmp_path: Path, size: Size) -> None:
    hellos = size(200, 1_000)
    with target(tmp_path) as running:

        async def strike(number: int) -> None:
            peer = await tab(running.port, f"198.51.100.{number % 200}")
            await peer.painted()
            kind = number % 4
            if kind == 1:  # looks for a thread
                peer.send(t="act", id="1", name="#", args={"#": "t/" + "0" * 32})
            elif kind == 2:  # follows a link that was shared, or never was
                peer.send(t="act", id="1", name="#", args={"#": "s/" + "A" * 32})
            elif kind == 3:
                peer.send(t="act", id="1", name="chat", args={"chat": " "})
            if kind:
                assert (await peer.message("ack"))["st"] == "ok"
            peer.drop()

        assert await crowd(hellos, strike) == [None] * hellos
        assert people(tmp_path) == 0
        peer: Peer = await tab(running.port)
        await peer.painted()
        peer.send(t="act", id="1", name="chat", args={"chat": "Hello"})
        assert (await peer.message("ack"))["st"] == "ok"
        peer.drop()
        assert people(tmp_path) == 1
