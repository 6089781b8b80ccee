"""A database that is full, locked, read-only or gone: a clear error, nothing half, and back again.

The server refuses the prompt with `StoreUnavailableError`, and the same prompt works as soon as the
cause is gone, without a restart (R21, R22 of the acceptance list).
"""

# ruff: noqa: ASYNC110, ASYNC240  # files, and processes that tell nothing, are the subject

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from swell.chat import NewPrompt
from swell.chat.records import Run
from swell.chat.store import Store, open_store, schema
from swell.chat.store.engines import sqlite
from swell.chat.store.engines.postgres import connect
from swell.errors import StoreSchemaError, StoreUnavailableError
from swell.parts import Text
from tests.postgres import PostgresServer, new_database

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


async def send(store: Store, user: str, action: str, text: str = "Hi") -> str:
    return (await store.accept(user, NewPrompt([Text(text)]), action_id=action)).thread.id


def check(path: Path) -> None:
    """See that SQLite finds nothing wrong with the file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


# ----------------------------------------------------------------------------------------- SQLite


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
        assert await patient.threads(user) == []  # reading works meanwhile
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


SENDER = """
import asyncio, os, sys
from swell.chat import NewPrompt
from swell.chat.store import open_store
from swell.errors import StoreUnavailableError
from swell.parts import Text

async def main():
    store = open_store(sys.argv[1])
    {body}

asyncio.run(main())
"""


def start(url: str, body: str) -> subprocess.Popen[str]:
    """Start a process that uses the database."""
    lines = body.strip().replace("\n", "\n    ")
    return subprocess.Popen(
        [sys.executable, "-c", SENDER.format(body=lines), url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_a_file_that_became_read_only_refuses_the_prompt(file: Store) -> None:
    user = (await file.user("anna")).id
    # Root may write to every file, so SQLite itself is told to refuse.
    engine = file._engine
    await engine.write(lambda tx: tx.rows("PRAGMA query_only = ON"))
    with pytest.raises(StoreUnavailableError, match="cannot be written to"):
        await send(file, user, "1")
    assert await file.threads(user) == []
    await send(file, user, "1")  # by a new connection
    assert len(await file.threads(user)) == 1


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


# --------------------------------------------------------------------------------- other versions


async def test_tables_of_a_newer_version_are_refused_and_left_alone(url: str) -> None:
    store = open_store(url)
    await store.open()
    await store._engine.write(lambda tx: tx.run("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    newer = open_store(url)
    with pytest.raises(StoreSchemaError, match="made by a newer Swell"):
        await newer.open()
    await newer.close()


async def test_postgresql_without_tables_says_what_to_run(postgres: PostgresServer) -> None:
    url = new_database(postgres, "template1")
    store = open_store(url)
    with pytest.raises(StoreSchemaError, match="run `swell db upgrade`"):
        await store.open()
    with connect(url) as bound:
        schema.upgrade(bound)
        bound.commit()
    await store.open()  # the same store, once the cause is gone
    assert await store.threads((await store.user("anna")).id) == []
    await store.close()


# ------------------------------------------------------------------------------------------ kill -9

WRITER = """
await store.open()
user = (await store.user("anna")).id
running = await store.accept(user, NewPrompt([Text("Tell me")]), action_id="running")
await store.start(running.run.id)
n = 0
async def prompts(first):
    for n in range(first, 10**6, 8):
        made = await store.accept(user, NewPrompt([Text(f"prompt {n}")]), action_id=f"{n}")
        print(made.prompt.id, n, flush=True)
async def flushes():
    for n in range(10**6):
        await store.flush({running.run.id: [Text("x" * n)]})
await asyncio.gather(flushes(), *(prompts(first) for first in range(8)))
"""


async def test_what_was_acknowledged_survives_kill_9(url: str) -> None:
    writer = start(url, WRITER)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().split() for _ in range(150)]
    writer.send_signal(signal.SIGKILL)
    rest = writer.communicate()[0]
    acknowledged += [line.split() for line in rest.splitlines() if line.count(" ") == 1]
    store = open_store(url)
    await store.open()
    user = (await store.user("anna")).id
    for identity, number in acknowledged[:-1]:  # the last line may be cut
        assert (await store.message(user, identity)).text == f"prompt {number}"
    left = await recovered(store)
    assert {run.state for run in left} == {"accepted"}
    assert len(left) >= len(acknowledged) - 1
    running = await store.accept(user, NewPrompt([Text("Tell me")]), action_id="running")
    assert running.duplicate
    assert (running.run.state, running.answer.status) == ("interrupted", "interrupted")
    assert set(running.answer.text) <= {"x"}
    again = await store.accept(user, NewPrompt([Text("prompt 0")]), action_id="0")
    assert again.duplicate
    await store.close()
    if url.startswith("sqlite"):
        check(Path(url.removeprefix("sqlite:///")))


async def recovered(store: Store) -> list[Run]:
    """Recover, giving PostgreSQL a moment to notice that the process is gone."""
    for _ in range(200):
        if left := await store.recover():
            return left
        await asyncio.sleep(0.05)
    return []


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


async def test_several_processes_lose_nothing_of_each_other(url: str) -> None:
    store = open_store(url)
    await store.open()
    body = """
await store.open()
user = (await store.user("anna")).id
await asyncio.gather(*(
    store.accept(user, NewPrompt([Text("Hi")]), action_id=f"{os.getpid()} {n}") for n in range(50)
))
await store.close()
"""
    others = [start(url, body) for _ in range(3)]
    for other in others:
        _, errors = other.communicate(timeout=120)
        assert other.returncode == 0, errors
    user = (await store.user("anna")).id
    assert len(await store.threads(user, limit=500)) == 150
    await store.close()


# ------------------------------------------------------------------------------------- PostgreSQL


@pytest.fixture
def killable() -> Iterator[PostgresServer]:
    """Start a server of its own for a test that ends it."""
    server = PostgresServer()
    yield server
    server.close()


async def soon(holds: Callable[[], bool]) -> None:
    """Wait for what happens in other tasks."""
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def test_postgresql_that_dies_refuses_and_is_used_again_when_it_is_back(
    killable: PostgresServer,
) -> None:
    with connect(killable.url()) as bound:
        schema.upgrade(bound)
        bound.commit()
    store = open_store(killable.url())
    await store.open()
    user = (await store.user("anna")).id
    acknowledged: list[str] = []
    ended = asyncio.Event()

    async def keep_sending(first: int) -> None:
        for n in range(first, 10_000, 4):
            try:
                acknowledged.append(await send(store, user, f"{n}"))
            except StoreUnavailableError:
                ended.set()
                return

    sending = [asyncio.ensure_future(keep_sending(n)) for n in range(4)]
    await soon(lambda: len(acknowledged) >= 40)
    await asyncio.to_thread(killable.kill)
    await ended.wait()
    await asyncio.gather(*sending)
    with pytest.raises(StoreUnavailableError, match="PostgreSQL"):
        await send(store, user, "while it is gone")
    await asyncio.to_thread(killable.start)
    made = await asyncio.gather(
        *(store.accept(user, NewPrompt([Text("Hi")]), action_id="after") for _ in range(10))
    )
    assert [one.duplicate for one in made].count(False) == 1
    found = {thread.id for thread in await store.threads(user, limit=500)}
    assert set(acknowledged) <= found
    # Each action made one thread at most, also those that nobody knows the outcome of.
    again = [await send(store, user, f"{n}") for n in range(4)]
    assert len(set(again)) == 4
    assert set(again) <= found | set(again)
    await store.close()


async def test_a_connection_that_postgresql_ends_is_replaced_unseen(
    postgres: PostgresServer, postgres_template: str
) -> None:
    store = open_store(new_database(postgres, postgres_template))
    await store.open()
    user = (await store.user("anna")).id
    for n in range(3):
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'swell'"
        )
        await send(store, user, f"{n}")
    made = await store.accept(user, NewPrompt([Text("Hi")]), action_id="x")
    assert await store.start(made.run.id)
    other = open_store(store._engine._url)  # type: ignore[attr-defined]
    assert await other.recover() == []  # this process is still taken for alive
    await store.close()
    await other.close()
