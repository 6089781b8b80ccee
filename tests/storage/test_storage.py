"""Every storage of files keeps the same promises: in a directory, temporary, and in PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swell.chat.store import open_store
from swell.storage.base import PIECE_BYTES, Content, FileStorage
from swell.storage.database import DatabaseStorage
from swell.storage.directory import DirectoryStorage
from tests.postgres import new_database

pytestmark = pytest.mark.anyio

LONG = os.urandom(2 * PIECE_BYTES + 1000)


@pytest.fixture(params=["directory", "temporary", "postgresql"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FileStorage]:
    """Open an empty storage of each kind."""
    if request.param != "postgresql":
        folder = None if request.param == "temporary" else tmp_path / "files"
        directory = DirectoryStorage(folder)
        yield directory
        directory.close()
        return
    server = request.getfixturevalue("postgres")
    url = new_database(server, request.getfixturevalue("postgres_template"))
    store = open_store(url)
    await store.open()
    yield DatabaseStorage(store.engine)
    await store.close()


async def put(storage: FileStorage, content: bytes | Path) -> Content:
    key = storage.new_key()
    await storage.put(key, content)
    return Content(storage, key)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, len(LONG)])
async def test_a_file_comes_back_as_it_was(storage: FileStorage, tmp_path: Path, size: int) -> None:
    source = tmp_path / "source"
    source.write_bytes(LONG[:size])
    for content in (LONG[:size], source):
        kept = await put(storage, content)
        assert await kept.read() == LONG[:size]
        assert await kept.read(3) == LONG[: min(3, size)]


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (0, 10),
        (10, 20),
        (PIECE_BYTES - 5, PIECE_BYTES + 5),
        (PIECE_BYTES, 2 * PIECE_BYTES),
        (2 * PIECE_BYTES, None),
        (len(LONG) - 1, None),
        (len(LONG), None),
        (5, 5),
        (0, len(LONG) + 100),
    ],
)
async def test_a_range_of_a_file_comes_in_bounded_pieces(
    storage: FileStorage, start: int, stop: int | None
) -> None:
    kept = await put(storage, LONG)
    pieces = [piece async for piece in storage.read(kept.key, start, stop)]
    assert b"".join(pieces) == LONG[start:stop]
    assert all(0 < len(piece) <= PIECE_BYTES for piece in pieces)


async def test_a_deleted_file_is_gone_and_others_stay(storage: FileStorage) -> None:
    gone, stays = await put(storage, LONG), await put(storage, b"stays")
    await storage.delete(gone.key)
    await storage.delete(gone.key)
    for content in (gone, Content(storage, storage.new_key())):
        with pytest.raises(FileNotFoundError):
            await content.read()
    assert await stays.read() == b"stays"


async def test_many_pieces_go_with_their_file(
    storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swell.storage.database.PIECE_BYTES", 10)
    monkeypatch.setattr("swell.storage.base.PIECE_BYTES", 10)
    kept = await put(storage, bytes(1005))
    await storage.delete(kept.key)
    with pytest.raises(FileNotFoundError):
        await kept.read()


async def test_no_file_is_in_memory_as_a_whole(storage: FileStorage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    size = 40 * PIECE_BYTES
    with source.open("wb") as file:
        file.truncate(size)
    await (await put(storage, b"warm")).read()
    tracemalloc.start()
    try:
        kept = await put(storage, source)
        read = 0
        async for piece in storage.read(kept.key):
            read += len(piece)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read == size
    assert most < 12 * PIECE_BYTES


async def test_a_copy_is_written_to_a_new_file_only(storage: FileStorage, tmp_path: Path) -> None:
    kept = await put(storage, LONG)
    await kept.save(tmp_path / "copy")
    assert await asyncio.to_thread((tmp_path / "copy").read_bytes) == LONG
    with pytest.raises(FileExistsError):
        await kept.save(tmp_path / "copy")


async def test_keys_name_their_kind_of_storage(storage: FileStorage) -> None:
    kinds = [DirectoryStorage(None), storage]
    assert [one.made(storage.new_key()) for one in kinds] == [
        isinstance(storage, DirectoryStorage),
        True,
    ]


async def test_files_of_earlier_versions_are_read_and_deleted_with_their_folders(
    tmp_path: Path,
) -> None:
    storage = DirectoryStorage(tmp_path / "files")
    old, elsewhere = tmp_path / "files" / "id" / "a.txt", tmp_path / "mine.txt"
    old.parent.mkdir(parents=True)
    for path in (old, elsewhere):
        path.write_bytes(b"text")
        assert storage.made(str(path))
        assert await Content(storage, str(path)).read() == b"text"
        await storage.delete(str(path))
    assert (old.parent.exists(), elsewhere.exists()) == (False, True)
