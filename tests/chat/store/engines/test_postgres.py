"""PostgreSQL behind PgBouncer, in another encoding, upgraded twice at once, or killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator

import pytest

from swell.chat import NewPrompt
from swell.chat.store import open_store, schema
from swell.chat.store.engines.base import Tx
from swell.chat.store.engines.postgres import PostgresEngine, connect
from swell.cli import main as command
from swell.errors import StoreSchemaError, StoreUnavailableError
from swell.parts import Text
from tests.chat.store.asking import send
from tests.pgbouncer import pooled
from tests.postgres import PostgresServer, new_database

__all__ = ["pooled"]

pytestmark = pytest.mark.anyio


async def test_behind_pgbouncer_a_live_run_is_not_recovered_and_nothing_is_prepared(
    pooled: str,
) -> None:
    first, second = open_store(pooled, app="one"), open_store(pooled, app="one")
    await first.open()
    user = await first.user("anna")
    running = await first.accept(user.id, NewPrompt([Text("Hello")]), action_id="a")
    await first.start(running.run.id)
    for number in range(30):  # a statement is prepared when it has run five times
        await first.flush({running.run.id: [Text(f"So far {number}")]})
        await first.messages(running.thread.id)
    await second.open()
    assert await second.recover() == ([], [])
    assert (await second.run(running.run.id)).state == "running"
    await first.close()
    await second.recover()
    assert (await second.run(running.run.id)).state == "interrupted"
    [_, answer] = await second.messages(running.thread.id)
    assert answer.text == "So far 29"
    await second.close()


async def test_a_transaction_that_does_nothing_is_ended_and_run_again(
    postgres: PostgresServer, postgres_template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is frozen in the middle of one would keep its locks for as long."""
    monkeypatch.setattr("swell.chat.store.engines.postgres.IDLE_S", 1)
    engine = PostgresEngine(new_database(postgres, postgres_template))
    waiting = PostgresEngine(engine._url)
    attempts = []

    def freeze(tx: Tx) -> None:
        attempts.append(tx)
        tx.run("UPDATE secrets SET value = value || 'x'")
        if len(attempts) == 1:
            assert waiting_for_lock.wait(30)
            time.sleep(3)

    def wait(tx: Tx) -> None:
        waiting_for_lock.set()
        tx.run("UPDATE secrets SET value = value || 'y'")

    waiting_for_lock = threading.Event()
    await engine.write(lambda tx: tx.run("INSERT INTO secrets VALUES ('a', '', 0)"))
    await asyncio.gather(engine.write(freeze), waiting.write(wait))
    [(value,)] = await engine.read(lambda tx: tx.rows("SELECT value FROM secrets"))
    assert (value, len(attempts)) == ("yx", 2)
    await engine.close()
    await waiting.close()


async def test_a_database_that_cannot_hold_every_text_is_refused(
    postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"ascii_{uuid.uuid4().hex[:8]}"
    postgres.execute(
        f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
        " TEMPLATE template0"
    )
    for action in ("upgrade", "current", "check"):
        assert command(["db", action, "--url", postgres.url(name)]) == 1
        assert "has the encoding SQL_ASCII, and chats need UTF8" in capsys.readouterr().err


def test_two_upgrades_at_once_end_well(postgres: PostgresServer) -> None:
    name = f"twice_{uuid.uuid4().hex[:8]}"
    postgres.execute(f"CREATE DATABASE {name}")
    upgrade = [sys.executable, "-m", "swell", "db", "upgrade", "--url", postgres.url(name)]
    both = [
        subprocess.Popen(upgrade, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("already" in one for one in said) == [False, True], said


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


@pytest.fixture
def killable() -> Iterator[PostgresServer]:
    """Start a server for a test that stops it."""
    server = PostgresServer()
    yield server
    server.close()


async def soon(holds: Callable[[], bool]) -> None:
    """Wait for what happens in other tasks."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - other tasks tell nothing
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
    # Each action made at most one thread, also when its outcome is unknown.
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
    other = open_store(store._engine.url)  # type: ignore[attr-defined]
    assert await other.recover() == ([], [])  # this process is still taken for alive
    await store.close()
    await other.close()
