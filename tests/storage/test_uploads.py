"""Uploads of a service: complete or not there, within the quota, and gone after their tab."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swell.chat.store import lease_of
from swell.chat.store.databases import Databases, Lease
from swell.errors import LimitError
from swell.server.files import FileStore
from swell.settings.table import Settings
from swell.storage.base import Upload
from swell.storage.uploads import Uploads
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio

KEEP_S = 100.0


@pytest.fixture
async def database(postgres: PostgresServer, postgres_template: str) -> AsyncIterator[Lease]:
    """Open a new database."""
    lease = lease_of(new_database(postgres, postgres_template), Databases())
    await lease.open()
    yield lease
    await lease.close()


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Write a file of 10 bytes."""
    path = tmp_path / "content"
    path.write_bytes(b"0123456789")
    return path


def upload(id: str, owner: str | None = "ann", client: str = "tab") -> Upload:
    return Upload(id, "a.txt", owner, 10, "", client)


async def later(database: Lease, seconds: float) -> None:
    """Let time pass since everything was last noted."""
    await database.write(
        lambda tx: tx.run("UPDATE uploads SET seen = seen - %(seconds)s", seconds=seconds)
    )


async def pieces(database: Lease) -> int:
    [(count,)] = await database.read(lambda tx: tx.rows("SELECT count(*) FROM file_pieces"))
    return int(count)


async def test_another_process_finds_an_upload(
    database: Lease, content: Path, tmp_path: Path
) -> None:
    one, other = Uploads(database), Uploads(database)
    await one.add(upload("a"), content, 10, 100)
    found = await other.get("a")
    assert found is not None
    assert found._replace(key="") == upload("a")
    await other.save(found, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"0123456789"
    assert await other.get("b") is None


async def test_an_upload_goes_when_no_process_has_its_tab(database: Lease, content: Path) -> None:
    one, other = Uploads(database), Uploads(database)
    await one.add(upload("a"), content, 10, 100)
    await one.add(upload("b", client="gone"), content, 10, 100)
    for _ in range(3):
        await later(database, 60)
        await other.tend({"tab", "another"}, KEEP_S)
    assert await one.get("a") is not None
    assert await one.get("b") is None
    assert await pieces(database) == 1


async def test_files_of_the_app_go_with_the_process_that_made_them(
    database: Lease, content: Path
) -> None:
    one, other = Uploads(database), Uploads(database)
    await one.add(upload("a", None, ""), content, 10, 100)
    await other.add(upload("b", None, ""), content, 10, 100)
    for _ in range(3):
        await later(database, 60)
        await other.tend((), KEEP_S)
    assert await one.get("a") is None
    assert await one.get("b") is not None


async def test_many_tabs_are_noted_in_bounded_statements(database: Lease, content: Path) -> None:
    uploads = Uploads(database)
    await uploads.add(upload("a", client="tab1200"), content, 10, 100)
    for _ in range(3):
        await later(database, 60)
        await uploads.tend([f"tab{number}" for number in range(1300)], KEEP_S)
    assert await uploads.get("a") is not None


@pytest.mark.parametrize(("most", "most_bytes"), [(2, 1000), (10, 25)])
async def test_the_quota_of_an_owner_is_that_of_all_processes(
    database: Lease, content: Path, most: int, most_bytes: int
) -> None:
    one, other = Uploads(database), Uploads(database)
    await one.add(upload("a"), content, most, most_bytes)
    await other.add(upload("b"), content, most, most_bytes)
    with pytest.raises(LimitError, match="upload_quota"):
        await one.add(upload("c"), content, most, most_bytes)
    await one.add(upload("d", "bob"), content, most, most_bytes)
    await other.delete("a")
    await one.add(upload("c"), content, most, most_bytes)


async def test_an_upload_that_did_not_arrive_is_not_there_and_leaves_nothing(
    database: Lease, tmp_path: Path
) -> None:
    uploads = Uploads(database)
    with pytest.raises(FileNotFoundError):
        await uploads.add(upload("a"), tmp_path / "missing", 10, 100)
    assert await uploads.get("a") is None
    await later(database, KEEP_S + 1)
    await uploads.tend((), KEEP_S)
    [(left,)] = await database.read(lambda tx: tx.rows("SELECT count(*) FROM uploads"))
    assert (left, await pieces(database)) == (0, 0)


async def test_a_file_served_in_place_is_found_by_other_processes_of_the_machine(
    database: Lease, content: Path
) -> None:
    one, other = FileStore(Settings()), FileStore(Settings())
    one.shared, other.shared = Uploads(database), Uploads(database)
    served = await one.serve_file("ann", content)
    found = await other.find(served.id, "content", "ann")
    assert found is not None
    assert (found.path, found.in_place) == (content, True)
    assert await other.find(served.id, "content", "bob") is None
    assert await pieces(database) == 0
    await asyncio.to_thread(content.unlink)
    assert await other.find(served.id, "content", "ann") is None
    one.close()
    other.close()


async def test_files_in_place_count_for_no_quota(database: Lease, content: Path) -> None:
    uploads = Uploads(database)
    for number in range(5):
        await uploads.add_in_place(upload(f"{number}", client=""), content)
    await uploads.add(upload("a"), content, 1, 10)
    await later(database, KEEP_S + 1)
    await Uploads(database).tend((), KEEP_S)
    assert await uploads.get("0") is None
    assert await asyncio.to_thread(content.exists)
