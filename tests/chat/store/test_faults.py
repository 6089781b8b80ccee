"""What holds for every database: other versions, `kill -9`, several processes."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from swell.chat import NewPrompt
from swell.chat.records import Run
from swell.chat.store import Store, open_store
from swell.errors import StoreSchemaError
from swell.parts import Text
from tests.chat.store.asking import check, start

pytestmark = pytest.mark.anyio


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
        if left := (await store.recover()).waiting:
            return left
        await asyncio.sleep(0.05)
    return []


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
