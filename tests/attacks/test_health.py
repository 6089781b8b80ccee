"""F12: liveness and readiness of a process that drains, and of one whose database goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer

from .rig import ANSWER_S, HERE, Peer, tab, target

pytestmark = pytest.mark.anyio

LIVE, READY = (200, b"ok\n"), (200, b"ok\n")


async def asked(port: int, path: str) -> tuple[int, bytes]:
    """Ask as whatever starts processes does: each time on a new connection."""
    async with Peer(port) as peer, asyncio.timeout(ANSWER_S):
        return await peer.ask(path)


async def until(port: int, answer: tuple[int, bytes]) -> None:
    """Ask for readiness until this is the answer; the process lives all the while."""
    async with asyncio.timeout(ANSWER_S):
        while await asked(port, "/_s/ready") != answer:
            assert await asked(port, "/_s/live") == LIVE
            await asyncio.sleep(0.05)


async def test_a_process_that_drains_is_alive_and_not_ready(tmp_path: Path) -> None:
    with target(tmp_path, app=HERE / "holder.py", drain_s=30) as running:
        peer: Peer = await tab(running.port)
        await peer.painted()
        assert await asked(running.port, "/_s/ready") == READY
        peer.send(t="act", id="1", name="chat", args={"chat": "take your time"})
        await peer.shown(b"1 at once")
        running.terminate()  # the answer takes two seconds
        await until(running.port, (503, b"draining\n"))
        assert await asked(running.port, "/_s/live") == LIVE
        peer.drop()


@pytest.fixture
def database() -> Iterator[PostgresServer]:
    """Start a server that the test may end."""
    server = PostgresServer()
    try:
        yield server
    finally:
        server.close()


async def test_a_process_whose_database_is_away_is_alive_and_ready_again_after_it(
    tmp_path: Path, database: PostgresServer
) -> None:
    from swell.chat.store import schema
    from swell.chat.store.engines.postgres import connect

    with connect(database.url()) as bound:
        schema.upgrade(bound)
        bound.commit()
    with target(tmp_path, database_url=database.url()) as running:
        assert await asked(running.port, "/_s/ready") == READY
        database.kill()
        await until(running.port, (503, b"unavailable: database\n"))
        assert await asked(running.port, "/_s/live") == LIVE
        assert running.logged("not ready") == 1
        database.start()
        await until(running.port, READY)
