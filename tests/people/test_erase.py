"""Nothing of an erased person is left, on either database, and everything of others is."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from swell.chat import Turn
from swell.chat.store import open_store
from swell.chat.store.tables import audit, threads, users
from swell.people.erase import Counts, count, erase
from swell.people.find import AmbiguousNameError, find
from tests.backup.filled import everything, place_of
from tests.chat.processes import processes
from tests.people.conftest import Filled
from tests.postgres import new_database

pytestmark = pytest.mark.anyio

SEARCHED = {
    "sqlite": "SELECT count(*) FROM part_words WHERE part_words MATCH :word",
    "postgresql": "SELECT count(*) FROM part_words WHERE words::text LIKE :word",
}


def rows(filled: Filled) -> dict[str, list[Any]]:
    with place_of(filled.url, filled.folder).reading() as bound:
        return everything(bound, without=("secrets", "processes"))


async def at_once(_: float) -> None:
    """Wait for no process: there is none."""


async def erased(filled: Filled, name: str = "ann", app: str = "") -> int:
    person = await filled.person(name, app)
    return await erase(filled.engine, filled.storages, person, 5.0, app=app, wait=at_once)


async def test_nothing_of_a_person_is_left(filled: Filled) -> None:
    before = rows(filled)
    ann = {row[0] for row in before["users"] if row[1] == "ann"}
    files = {row[0]: row[5] for row in before["files"] if row[1] in ann}
    person = await filled.person("ann")
    counts = await count(filled.engine, person)
    assert counts == Counts(3, 6, 3, 600_011, 1, 1, 0, 1, 1, 2, 1)
    assert await erased(filled) == 0

    after = rows(filled)
    left = [
        (name, row)
        for name, found in after.items()
        for row in found
        if {"ann", *ann, *files, *files.values()} & set(map(str, row))
        or any("of ann" in value or "Ann" in value for value in row if isinstance(value, str))
    ]
    assert left == []
    assert after["leftovers"] == []
    stored = {key for _, key in pieces(after)} | {one.name for one in filled.folder.glob("*")}
    assert len(stored) == 3, "bob's files"
    assert not stored & set(files.values())
    store = open_store(filled.url, app="support")
    await store.open()
    bob = await store.user("bob")
    assert len(await store.search(bob.id, "whales")) == 2
    await store.close()

    names = [row[2:6] for row in after["audit"]]
    pseudonym = person.pseudonym
    assert sorted(names) == sorted(
        [
            ("sign_in", pseudonym, "", ""),
            ("sign_in", "bob", "{}", ""),
            ("role", "bob", "{}", pseudonym),
            ("erased", "", "", pseudonym),
            ("erased", "", "", pseudonym),
        ]
    )
    others = ("users", "threads", "messages", "parts", "runs", "files", "shares", "accounts")
    for table in (*others, "sign_ins", "usage", "feedback", "actions"):
        assert after[table] == [row for row in before[table] if row in after[table]]
        assert len(after[table]) == len(before[table]) // 2


def pieces(found: Mapping[str, list[Any]]) -> set[tuple[str, str]]:
    return {("piece", row[0]) for row in found["file_pieces"]}


async def test_the_search_index_has_no_word_of_an_erased_person(filled: Filled) -> None:
    await erased(filled)
    with place_of(filled.url, filled.folder).reading() as bound:
        kind = bound.dialect.name
        found = {"sqlite": '"ann"', "postgresql": "%ann%"}[kind]
        users_left = {row[0] for row in bound.execute(select(users.c.id))}
        assert len(users_left) == 1
        if kind == "postgresql":
            assert bound.execute(text(SEARCHED[kind]), {"word": found}).scalar() == 0
            return
        # The words of SQLite begin with the id of their owner, or are the id of their thread.
        known = users_left | {row[0] for row in bound.execute(select(threads.c.id))}
        bound.exec_driver_sql("PRAGMA query_only = OFF")
        bound.exec_driver_sql(
            "CREATE VIRTUAL TABLE temp.seen USING fts5vocab(main, part_words, row)"
        )
        words = [row[0] for row in bound.exec_driver_sql("SELECT term FROM temp.seen")]
        assert [word for word in words if word[:32] not in known] == []
        assert words


async def test_an_erasure_can_be_repeated(filled: Filled) -> None:
    await erased(filled)
    once = rows(filled)
    assert await filled.find("ann") is None
    assert rows(filled) == once


async def test_one_app_can_be_erased_alone(filled: Filled) -> None:
    await erased(filled, app="support")
    person = await filled.person("ann")
    assert (person.account, [app for app, _ in person.users]) == (True, ["other"])
    after = rows(filled)
    assert len(after["sign_ins"]) == 2
    events = [(row[2], row[3]) for row in after["audit"] if row[2] == "sign_in"]
    assert ("sign_in", person.pseudonym) in events


async def test_a_person_is_found_by_the_name_of_an_account(filled: Filled) -> None:
    assert (await filled.person("Ann")).subject == "ann"
    assert await filled.find("nobody") is None
    store = open_store(filled.url, app="third")
    await store.open()
    await store.user("ann2", "Ann")
    await store.close()
    with pytest.raises(AmbiguousNameError, match="ann, ann2; name one"):
        await filled.find("Ann")
    assert (await filled.person("ann")).subject == "ann"


async def test_a_file_that_cannot_be_deleted_is_tried_again(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = filled.storages[0 if filled.store.distributed else 1]
    real = type(storage).delete

    async def refuses(self: Any, key: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(storage), "delete", refuses)
    assert await erased(filled) == 3
    monkeypatch.setattr(type(storage), "delete", real)
    store = open_store(filled.url, app="support")
    await store.open()
    assert len(await store.leftovers()) == 3, "the app deletes them"
    await store.close()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from swell.chat.store import open_store
from swell.people import erase
from swell.people.find import find
from swell.storage.database import DatabaseStorage
from swell.storage.directory import DirectoryStorage


async def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


async def main():
    engine = open_store(sys.argv[2]).engine
    await engine.open()
    person = await find(engine, "ann", "", "key", 1.0)
    setattr(erase, sys.argv[1], die)
    storages = DatabaseStorage(engine), DirectoryStorage(Path(sys.argv[3]))
    await erase.erase(engine, storages, person, 5.0, noticed_s=0)


asyncio.run(main())
"""


@pytest.mark.parametrize(
    "step", ["_stop", "_remove_user", "_remove_bytes", "_remove_uploads", "_rename_in_audit"]
)
async def test_an_erasure_that_was_killed_is_continued(step: str, filled: Filled) -> None:
    command = [sys.executable, "-c", KILLED, step, filled.url, str(filled.folder)]
    done = await asyncio.to_thread(subprocess.run, command, env=dict(os.environ), timeout=60)
    assert done.returncode == -signal.SIGKILL
    await erased(filled)
    nothing_is_left(filled)


def nothing_is_left(filled: Filled) -> None:
    after = rows(filled)
    pieces = after.pop("file_pieces")  # of random bytes
    assert "ann" not in str(after)
    stored = {row[0] for row in pieces} | {one.name for one in filled.folder.glob("*")}
    assert stored == {row[5] for row in after["files"]}
    assert len(after["users"]) == 1
    assert after["leftovers"] == []


# ------------------------------------------------------------------------ while the app is running


async def endless(turn: Turn) -> AsyncIterator[str]:
    while True:
        yield "word "
        await asyncio.sleep(0.05)


async def silent(turn: Turn) -> AsyncIterator[str]:
    """Yield nothing, like a tool that takes its time."""
    await asyncio.Event().wait()
    yield ""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("handler", [endless, silent])
async def test_running_answers_stop_and_open_tabs_are_emptied_in_all_processes(
    handler: Any, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url, count_of = f"sqlite:///{tmp_path / 'chat.db'}", 1
    if kind == "postgresql":
        server = request.getfixturevalue("postgres")
        url, count_of = new_database(server, request.getfixturevalue("postgres_template")), 2
    async with processes(*[handler] * count_of, url=url) as started:
        tab = await started[0].tab()
        await tab.send("My secret", wait=False)
        await tab.page.until(lambda _: tab.generating)
        other = await started[-1].tab(tab.address.removeprefix("#"))
        await other.page.until(lambda _: "My secret" in other.texts)
        runs = started[0].app.runs
        assert len(runs.all()) == 1

        store = open_store(url)
        await store.open()
        person = await find(store.engine, "ann", "", "key", 1.0)
        assert person is not None
        await erase(store.engine, (), person, 5.0)
        assert runs.all() == []
        for one in (tab, other):
            assert one.texts == []
            assert one.threads == []
        await tab.send("A new beginning", wait=False)  # it is another user's now
        await tab.page.until(lambda _: "A new beginning" in tab.texts)
        found = await store.engine.read(lambda tx: tx.rows(select(users.c.subject)))
        assert found == [("ann",)]
        events = await store.engine.read(lambda tx: tx.rows(select(audit.c.event)))
        assert events == [("erased",), ("erased",)]
        await store.close()
