"""PostgreSQL as people run it: behind PgBouncer, in another encoding, upgraded twice at once."""

from __future__ import annotations

import subprocess
import sys
import uuid

import pytest

from swell.chat import NewPrompt
from swell.chat.store import open_store
from swell.cli import main as command
from swell.parts import Text
from tests.pgbouncer import pooled
from tests.postgres import PostgresServer

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
    assert await second.recover() == []
    assert (await second.run(running.run.id)).state == "running"
    await first.close()
    await second.recover()
    assert (await second.run(running.run.id)).state == "interrupted"
    [_, answer] = await second.messages(running.thread.id)
    assert answer.text == "So far 29"
    await second.close()


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
