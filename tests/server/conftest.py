"""A place with files for each test that asks for one: of one process, and of a service."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from swell.chat.store import lease_of
from swell.chat.store.databases import Databases
from swell.storage.uploads import Uploads
from tests.postgres import new_database

from .place import Place


@pytest.fixture(params=["process", "service"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """Make a place whose files are in its folder only, or in PostgreSQL as well."""
    made = Place()
    lease = None
    if request.param == "service":
        server = request.getfixturevalue("postgres")
        url = new_database(server, request.getfixturevalue("postgres_template"))
        lease = lease_of(url, Databases())
        await lease.open()
        made.store.shared = Uploads(lease)
    yield made
    made.store.close()
    assert not made.folder.exists()
    if lease is not None:
        await lease.close()
