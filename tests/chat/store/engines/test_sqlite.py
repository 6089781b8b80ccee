"""SQLite that is full, locked, read-only or gone: a clear error, nothing half, and back again.

The server refuses the prompt with `StoreUnavailableError`, and the same prompt works as soon as the
cause is gone, without a restart (R21, R22 of the acceptance list).
"""

# ruff: noqa: ASYNC240  # files, and processes that tell nothing, are the subject

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swell.chat.store import Store, open_store
from swell.chat.store.engines import sqlite
from swell.errors import StoreUnavailableError
from tests.chat.store.asking import check, send

pytestmark = pytest.mark.anyio

FULL = "there is no space left"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chat.db"


@pytest.fixture
async def file(path: Path) -> AsyncIterator[Store]:
    """Open a store over a new file."""
    store = open_store(str(path))
    await store.open()
    yield store
    await store.close()


async def test_a_locked_file_is_waited_for_and_then_refused(
    file: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = (await file.user("anna")).id
    monkeypatch.setitem(sqlite._OPTIONS, "timeout", 0.3)
    patient = open_store(str(path))
    await patient.open()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(send(file, user, "waits"))  # for up to 5 s
        refused = await asyncio.gather(
            *(send(patient, user, f"refused {n}") for n in range(5)), return_exceptions=True
        )
        assert all(isinstance(one, StoreUnavailableError) for one in refused)
        assert "another process keeps" in str(refused[0])
        assert await patient.threads(user) == []  # reading still works
        other.execute("COMMIT")
    await waiting
    await send(patient, user, "refused 0")
    assert len(await file.threads(user)) == 2
    await patient.close()


async def test_a_full_disk_refuses_the_prompt_and_takes_it_when_there_is_space(
    file: Store, path: Path
) -> None:
    user = (await file.user("anna")).id
    kept = await send(file, user, "kept")
    engine = file._engine
    await engine.write(lambda tx: tx.row("PRAGMA max_page_count = 1"))  # the size it has now
    long = "x" * 100_000
    with pytest.raises(StoreUnavailableError, match=FULL):
        await send(file, user, "long", long)
    found = await asyncio.gather(
        *(send(file, user, f"{n}", long) for n in range(10)), return_exceptions=True
    )
    assert all(isinstance(one, StoreUnavailableError) for one in found)
    assert [thread.id for thread in await file.threads(user)] == [kept]
    await engine.write(lambda tx: tx.row("PRAGMA max_page_count = 100000"))
    await send(file, user, "long", long)
    assert len(await file.threads(user)) == 2
    check(path)


async def test_one_prompt_that_does_not_fit_takes_no_other_with_it(file: Store, path: Path) -> None:
    user = (await file.user("anna")).id
    engine = file._engine
    [[pages]] = await engine.write(lambda tx: tx.rows("PRAGMA page_count"))
    await engine.write(lambda tx: tx.row(f"PRAGMA max_page_count = {pages + 20}"))
    sent = [send(file, user, f"{n}", "x" * (1_000_000 if n == 3 else 10)) for n in range(6)]
    found = await asyncio.gather(*sent, return_exceptions=True)
    assert [n for n, one in enumerate(found) if isinstance(one, StoreUnavailableError)] == [3]
    assert len(await file.threads(user)) == 5
    check(path)


async def test_a_file_that_is_gone_is_not_made_anew_and_works_when_it_is_back(
    file: Store, path: Path
) -> None:
    user = (await file.user("anna")).id
    kept = await send(file, user, "kept")
    away = path.with_name("away")
    await file._engine.write(lambda tx: None)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.rename(away)
    for call in (send(file, user, "1"), file.threads(user)):
        with pytest.raises(StoreUnavailableError, match="is gone"):
            await call
    assert not path.exists()
    away.rename(path)
    await send(file, user, "1")
    assert kept in [thread.id for thread in await file.threads(user)]
    check(path)


async def test_a_restored_backup_is_used_without_a_restart(file: Store, path: Path) -> None:
    user = (await file.user("anna")).id
    kept = await send(file, user, "kept")
    backup = path.with_name("backup")
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(backup)) as target,
    ):
        source.backup(target)
    await send(file, user, "lost")
    for left in ("-wal", "-shm"):
        path.with_name(path.name + left).unlink()
    backup.replace(path)
    assert [thread.id for thread in await file.threads(user)] == [kept]
    await send(file, user, "later")
    assert len(await file.threads(user)) == 2
    check(path)


async def test_a_file_that_became_read_only_refuses_the_prompt(file: Store) -> None:
    user = (await file.user("anna")).id
    # Root may write to every file, so SQLite is set to refuse.
    engine = file._engine
    await engine.write(lambda tx: tx.rows("PRAGMA query_only = ON"))
    with pytest.raises(StoreUnavailableError, match="cannot be written to"):
        await send(file, user, "1")
    assert await file.threads(user) == []
    await send(file, user, "1")  # by a new connection
    assert len(await file.threads(user)) == 1


@pytest.mark.parametrize("url", [None, "memory", ":memory:", "sqlite://", "sqlite:///:memory:"])
async def test_memory_makes_no_file(
    url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store(url)
    await store.open()
    await store.user("ann")
    await store.close()
    assert list(tmp_path.iterdir()) == []


async def test_a_damaged_file_and_one_that_is_no_database_are_named(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)
    store = open_store(str(path))
    with pytest.raises(StoreUnavailableError, match="is not a database of SQLite"):
        await store.open()
    path.unlink()
    await store.open()  # the same store, once the cause is gone
    await store.close()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = open_store(str(tmp_path / "file" / "chat.db"))
    with pytest.raises(StoreUnavailableError, match=r"chat\.db: .*File exists"):
        await store.open()
    await store.close()


async def test_only_this_account_can_read_the_file(file: Store, path: Path) -> None:
    await file.user("anna")
    for left in path.parent.iterdir():
        assert left.stat().st_mode & 0o077 == 0, left


async def test_a_closed_store_refuses_and_can_be_opened_again(file: Store) -> None:
    user = (await file.user("anna")).id
    await file.close()
    await file.close()
    with pytest.raises(StoreUnavailableError, match="it is closed"):
        await send(file, user, "1")
    await file.open()
    await send(file, user, "1")


async def test_every_acknowledged_prompt_is_there_wherever_the_log_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    store = open_store(str(path))
    await store.open()
    user = (await store.user("anna")).id
    engine = store._engine
    await engine.write(lambda tx: None)
    wal = path.with_name("chat.db-wal")
    states: list[tuple[int, int]] = []
    for n in range(12):
        await send(store, user, f"{n}")
        states.append((wal.stat().st_size, n + 1))
    base, log = path.read_bytes(), wal.read_bytes()
    await store.close()
    frame = 24 + 4096
    for size in range(32, len(log) + 1, frame):
        place = tmp_path / f"cut{size}"
        place.mkdir()
        (place / "chat.db").write_bytes(base)
        (place / "chat.db-wal").write_bytes(log[:size])
        check(place / "chat.db")
        with contextlib.closing(sqlite3.connect(place / "chat.db")) as connection:
            prompts = (
                connection.execute(
                    "SELECT count(*) FROM sqlite_master WHERE name = 'messages'"
                ).fetchone()[0]
                and connection.execute(
                    "SELECT count(*) FROM messages WHERE role = 'user'"
                ).fetchone()[0]
            )
        assert prompts == max((n for end, n in states if end <= size), default=0)
