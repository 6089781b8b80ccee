"""Every test of the store runs on SQLite, in a file and in memory, and on PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from swell.chat.store import Store, open_store, schema
from swell.chat.store.postgres import connect
from tests.chat.store.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start one server for all tests; a test that stops it starts it again."""
    server = PostgresServer()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def template(postgres: PostgresServer) -> str:
    """Make the tables once, by the migrations."""
    postgres.execute("CREATE DATABASE swell_template")
    with connect(postgres.url("swell_template")) as bound:
        schema.upgrade(bound)
        bound.commit()
    return "swell_template"


def postgres_url(postgres: PostgresServer, template: str) -> str:
    """Return the URL of a new database with tables."""
    name = f"swell_{secrets.token_hex(4)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return postgres.url(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a new database that several processes can use."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'chat.db'}"
    return postgres_url(request.getfixturevalue("postgres"), request.getfixturevalue("template"))


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """Open a store over a new database."""
    opened = open_store(url)
    await opened.open()
    yield opened
    await opened.close()
