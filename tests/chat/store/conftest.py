"""Every test of the store runs on SQLite, in a file and in memory, and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swell.chat.store import Store, open_store
from tests.chat.clock import Clock
from tests.postgres import new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a new database that several processes can use."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'chat.db'}"
    server = request.getfixturevalue("postgres")
    return new_database(server, request.getfixturevalue("postgres_template"))


@pytest.fixture
def clock() -> Clock:
    """The clock of the store."""
    return Clock()


@pytest.fixture
async def store(url: str, clock: Clock) -> AsyncIterator[Store]:
    """Open a store over a new database."""
    opened = open_store(url, clock=clock)
    await opened.open()
    yield opened
    await opened.close()
