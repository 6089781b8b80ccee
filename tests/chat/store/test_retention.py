"""Chats that are too old go with everything that belongs to them; one process at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from swell.audit.log import AuditLog
from swell.chat import NewPrompt, Turn
from swell.chat.files import Files
from swell.chat.store import Store, open_store, retention
from swell.chat.store.engines.postgres import connect
from swell.errors import NotFoundError
from swell.parts import File, Text
from swell.settings.table import Settings
from tests.backup.filled import converse, keep, storage_of
from tests.chat.clock import Clock
from tests.chat.processes import processes
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio

YEAR_S = 365 * 86_400.0
DAY_S = 86_400.0


async def purge(store: Store) -> None:
    while await store.purge():
        pass


async def test_an_old_chat_goes_with_its_files_words_and_links(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    ann = await store.user("ann")
    url = await keep(store, tmp_path, ann, "a.txt", b"bytes")
    made = await converse(store, ann, "1", "Old whales", File(url, "a.txt", 5))
    await store.update_thread(ann.id, made.thread.id, pinned=True)
    token = await store.share(ann.id, made.thread.id)
    running = await store.accept(ann.id, NewPrompt([Text("Still running")]), action_id="2")
    clock.ahead = YEAR_S
    new = await converse(store, ann, "3", "New whales")

    assert await store.expire_threads(2 * YEAR_S) == []
    assert await store.expire_threads(YEAR_S / 2) == [(ann.id, made.thread.id)]
    assert await store.expire_threads(YEAR_S / 2) == []
    assert {one.id for one in await store.threads(ann.id)} == {running.thread.id, new.thread.id}
    with pytest.raises(NotFoundError):
        await store.shared(token)

    await purge(store)
    assert len(await store.engine.read(lambda tx: tx.rows("SELECT id FROM files"))) == 1
    clock.ahead += DAY_S + 10
    await purge(store)
    assert await store.engine.read(lambda tx: tx.rows("SELECT id FROM files")) == []
    titles = await store.engine.read(lambda tx: tx.rows("SELECT id FROM threads"))
    assert {row[0] for row in titles} == {running.thread.id, new.thread.id}
    assert [hit.thread_id for hit in await store.search(ann.id, "whales")] == [new.thread.id] * 2
    storage = storage_of(store, tmp_path)
    await Files(store, "/", storage).remove_unused()
    assert await store.leftovers() == []


async def test_only_chats_of_the_app_are_too_old(url: str, clock: Clock) -> None:
    stores = [open_store(url, app=app, clock=clock) for app in ("one", "two")]
    for store in stores:
        await store.open()
        await converse(store, await store.user("ann"), "1", "Hi")
    clock.ahead = YEAR_S
    assert len(await stores[0].expire_threads(DAY_S)) == 1
    assert len(await stores[1].threads((await stores[1].user("ann")).id)) == 1
    for store in stores:
        await store.close()


async def test_many_old_chats_go_in_several_transactions(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await store.user("ann")
    for number in range(5):
        await converse(store, ann, str(number), f"Chat {number}")
    clock.ahead = YEAR_S
    monkeypatch.setattr(retention, "_OLD", retention._OLD.limit(2))
    assert [len(await store.expire_threads(DAY_S)) for _ in range(4)] == [2, 2, 1, 0]


async def test_one_process_of_a_service_purges_at_a_time(
    clock: Clock, postgres: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres, postgres_template)
    store = open_store(url, clock=clock)
    await store.open()
    ann = await store.user("ann")
    made = await converse(store, ann, "1", "Hi")
    await converse(store, ann, "2", "Hi")
    await store.delete_thread(ann.id, made.thread.id)
    audit = AuditLog(store.engine, clock=clock)
    await audit.write("exported")
    clock.ahead = YEAR_S
    with connect(url) as other:
        other.execute(text(f"SELECT pg_advisory_xact_lock({retention.PURGE_LOCK})"))
        assert await store.purge() == 0
        assert await store.expire_threads(DAY_S) == []
        assert await audit.purge(DAY_S) == 0
    assert await audit.purge(DAY_S) == 1
    assert len(await store.expire_threads(DAY_S)) == 1
    assert await store.purge() > 0
    await store.close()


async def answer(turn: Turn) -> AsyncIterator[str]:
    yield "Hello."


@pytest.mark.parametrize("keep_s", [0.0, 3600.0])
async def test_an_app_hides_old_chats_and_shows_that_in_open_tabs(
    keep_s: float, url: str, clock: Clock
) -> None:
    async with processes(answer, url=url, settings=Settings(chats_keep_s=keep_s)) as (process,):
        tab = await process.tab()
        await tab.send("Hi")
        thread = tab.address.removeprefix("t/")
        moved = text("UPDATE threads SET updated = updated - 7200")
        await process.app.store.engine.write(lambda tx: tx.run(moved))
        await process.app.purge()
        if keep_s:
            await tab.page.until(lambda _: tab.threads == [])
        else:
            await process.app.store.thread((await process.app.store.user("ann")).id, thread)
