"""Databases of both kinds with two people in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from swell.chat.store import Store, open_store
from swell.chat.store.engines.base import Engine
from swell.people.find import Person, find
from swell.storage.base import FileStorage
from swell.storage.database import DatabaseStorage
from swell.storage.directory import DirectoryStorage
from tests.backup.filled import fill
from tests.postgres import new_database


class Filled(NamedTuple):
    """A database with two people, and where its files are."""

    url: str
    folder: Path
    store: Store

    @property
    def engine(self) -> Engine:
        return self.store.engine

    @property
    def storages(self) -> Sequence[FileStorage]:
        return DatabaseStorage(self.engine), DirectoryStorage(self.folder)

    async def find(self, name: str, app: str = "") -> Person | None:
        return await find(self.engine, name, app, "key", 1.0)

    async def person(self, name: str, app: str = "") -> Person:
        found = await self.find(name, app)
        assert found is not None
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
async def filled(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Filled]:
    """Fill a database for two apps."""
    url = f"sqlite:///{tmp_path / 'chat.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url = new_database(server, request.getfixturevalue("postgres_template"))
    folder = tmp_path / "files"
    await fill(url, folder)
    store = open_store(url, app="other")
    await store.open()
    await store.user("ann", "Ann elsewhere")
    yield Filled(url, folder, store)
    await store.close()
