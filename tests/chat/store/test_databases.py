"""One engine for each database and application, with a bounded number of connections."""

from __future__ import annotations

import asyncio

import pytest

from swell.app import App
from swell.chat import Turn
from swell.chat.options import ChatOptions
from swell.chat.store import lease_of, open_store
from swell.chat.store.databases import Databases
from swell.errors import SettingError
from swell.settings.table import Settings
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio

CONNECTIONS_MAX = 10
"""Most connections of a process, with those of its backplane."""


@pytest.fixture
def url(postgres: PostgresServer, postgres_template: str) -> str:
    """Name a new database."""
    return new_database(postgres, postgres_template)


def connections(url: str) -> int:
    """Return how many connections a database has, but for the one that asks."""
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert row is not None
    return int(row[0])


async def settled(url: str, count: int) -> None:
    """Wait until a database has so many connections: it takes note of their end later."""
    async with asyncio.timeout(20):
        while await asyncio.to_thread(connections, url) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_all_chats_of_an_app_share_its_connections(url: str) -> None:
    async def answer(turn: Turn) -> str:
        return turn.prompt

    app = App(Settings(database_url=url))
    for name in ("one", "two", "three"):
        app.chat(f"/{name}", ChatOptions(app=name))(answer)
    async with app.lifespan():
        stores = [open_store(url, app=str(n), databases=app.databases) for n in range(20)]
        await asyncio.gather(*(store.threads("", limit=1) for store in stores * 5))
        most = await asyncio.to_thread(connections, url)
        for store in stores:
            await store.close()
        await asyncio.gather(*(check() for check in app.checks.values()))  # they still work
    assert 6 <= most <= CONNECTIONS_MAX
    await settled(url, 0)


async def test_an_engine_is_disconnected_with_its_last_user(url: str) -> None:
    databases = Databases()
    one, other = lease_of(url, databases), lease_of(url, databases)
    assert one.engine is other.engine
    assert one.owner != other.owner
    await one.open()
    await other.open()
    await one.close()
    await one.close()
    assert await other.read(lambda tx: tx.rows("SELECT 1")) == [(1,)]
    await other.close()
    await settled(url, 0)
    await other.open()  # and can be used again
    assert await other.read(lambda tx: tx.rows("SELECT 1")) == [(1,)]
    await other.close()


def test_a_url_that_is_no_postgresql_is_named() -> None:
    with pytest.raises(SettingError, match="postgresql://user:password@host/name"):
        lease_of("postgresql://[", Databases(), "the settings")
