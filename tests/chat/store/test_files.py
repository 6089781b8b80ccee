"""Files that people gave are kept for as long as a message refers to them, on both databases."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from swell.chat import Edit, NewPrompt
from swell.chat.records import Accepted
from swell.chat.store import Store, open_store, schema
from swell.chat.store import files as statements
from swell.chat.store.engines.sqlite import connect
from swell.errors import NotFoundError
from swell.parts import File, Image, Part, Text, ToolCall
from tests.chat.clock import Clock
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio

DAY_S = 86_400


async def given(store: Store, user: str, path: str = "/files/1/a.png") -> str:
    """Note a file, and return its address."""
    made = await store.add_file(user, name="a.png", mime="image/png", size=3, path=path)
    return f"stored:{made.id}"


async def say(store: Store, user: str, *parts: Part, instead_of: str = "") -> Accepted:
    """Store a prompt."""
    request = Edit(instead_of, parts) if instead_of else NewPrompt(parts)
    return await store.accept(user, request, action_id=f"{instead_of} {parts}")


async def purge(store: Store) -> None:
    """Remove all that was deleted, however short ago."""
    while await store.purge(older_than_s=-1):
        pass


async def kept(store: Store, user: str, url: str) -> bool:
    """Tell whether a file is there; its bytes can be removed as soon as it is not."""
    id = url.removeprefix("stored:")
    left = [one for one, _ in await store.leftovers()]
    try:
        await store.file(user, id)
    except NotFoundError:
        assert id in left
        return False
    assert id not in left
    return True


async def test_a_message_keeps_no_file_of_somebody_else(store: Store) -> None:
    ann, bob = (await store.user("ann")).id, (await store.user("bob")).id
    url = await given(store, ann)
    said = await say(store, ann, Image(url, "A"))
    exported = await store.export(ann, said.thread.id)
    await store.import_thread(bob, exported)
    await say(store, bob, Image(url, "A"))
    await store.delete_thread(ann, said.thread.id)
    await purge(store)
    assert not await kept(store, ann, url)


async def test_a_file_goes_with_the_last_message_that_refers_to_it(store: Store) -> None:
    user = (await store.user("anna")).id
    url = await given(store, user, "/files/1/a.png")
    other = await given(store, user, "/files/2/b.png")
    first = await say(store, user, Text("Look"), Image(url, "A"))
    await say(store, user, Text("Look again"), Image(url, "A"), instead_of=first.prompt.id)
    await say(store, user, Image(other, "A"))
    await store.delete_message(user, first.prompt.id)
    await purge(store)
    assert await kept(store, user, url)
    await store.delete_thread(user, first.thread.id)
    await purge(store)
    assert not await kept(store, user, url)
    assert await store.leftovers() == [(url.removeprefix("stored:"), "/files/1/a.png")]
    await store.forget_leftovers([url.removeprefix("stored:")])
    assert await store.leftovers() == []
    assert await kept(store, user, other)


async def test_what_can_be_brought_back_keeps_its_files(store: Store, clock: Clock) -> None:
    user = (await store.user("anna")).id
    url, other = await given(store, user), await given(store, user)
    message = await say(store, user, Image(url, "A"))
    thread = await say(store, user, Image(other, "A"))
    clock.ahead = 2 * DAY_S
    await store.delete_message(user, message.prompt.id)
    await store.delete_thread(user, thread.thread.id)
    while await store.purge():
        pass
    await store.undelete_message(user, message.prompt.id)
    await store.undelete_thread(user, thread.thread.id)
    assert await kept(store, user, url)
    assert await kept(store, user, other)


async def test_a_file_waits_a_day_for_its_message(store: Store, clock: Clock) -> None:
    user = (await store.user("anna")).id
    forgotten, late = await given(store, user), await given(store, user)
    clock.ahead = 0.9 * DAY_S
    await purge(store)
    message = await say(store, user, Image(late, "A"))
    clock.ahead = 1.1 * DAY_S
    await purge(store)
    assert not await kept(store, user, forgotten)
    assert await kept(store, user, late)
    assert await store.purge() == 0  # used files are not looked at again and again
    await store.delete_message(user, message.prompt.id)
    clock.ahead = 2.2 * DAY_S
    await purge(store)
    assert not await kept(store, user, late)


async def test_answers_and_what_is_inside_of_their_parts_keep_files(store: Store) -> None:
    user = (await store.user("anna")).id
    shown, inside = await given(store, user), await given(store, user)
    asked = await say(store, user, Image(shown, "A"), Image(inside, "A"))
    answered = await say(store, user, Text("And now?"))
    await store.start(answered.run.id)
    await store.flush({answered.run.id: [File("a.png", shown)]})
    found = ToolCall("find", {}, "done", [Image(inside, "A")], id="1")
    await store.finish(answered.run.id, "done", [File("a.png", shown), found])
    await store.delete_thread(user, asked.thread.id)
    await purge(store)
    assert await kept(store, user, shown)
    assert await kept(store, user, inside)


async def test_imports_keep_files_of_the_person_who_imports(store: Store) -> None:
    anna, ben = (await store.user("anna")).id, (await store.user("ben")).id
    url = await given(store, anna)
    asked = await say(store, anna, Image(url, "A"), Image(f"stored:{'0' * 32}", "B"))
    exported = await store.export(anna, asked.thread.id)
    imported = await store.import_thread(anna, exported)
    await store.import_thread(ben, exported)
    await store.delete_thread(anna, asked.thread.id)
    await purge(store)
    assert await kept(store, anna, url)
    await store.delete_thread(anna, imported.id)
    await purge(store)
    assert not await kept(store, anna, url)
    await store.import_thread(anna, exported)  # without its file, which is no error


# ------------------------------------------------------------------------------- at the same time


async def about_to_go(store: Store) -> tuple[str, str]:
    """Return a user, and their file, whose only message waits to be purged."""
    user = (await store.user("anna")).id
    url = await given(store, user)
    message = await say(store, user, Image(url, "A"))
    await store.delete_thread(user, message.thread.id)
    return user, url


class Pause:
    """Lets a function of a transaction wait after it has done its work."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work = work
        self.reached = threading.Event()
        self.go = threading.Event()

    def __call__(self, *args: Any, **named: Any) -> Any:
        done = self._work(*args, **named)
        self.reached.set()
        self.go.wait(10)
        return done


async def test_a_message_that_is_being_stored_keeps_its_file(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, url = await about_to_go(store)
    use = Pause(statements.use)
    monkeypatch.setattr(statements, "use", use)
    saying = asyncio.create_task(say(store, user, Image(url, "A"), Text("again")))
    await asyncio.to_thread(use.reached.wait)
    purging = asyncio.create_task(purge(store))
    await asyncio.wait([purging], timeout=0.3)  # it has come to the file by then
    use.go.set()
    await asyncio.gather(saying, purging)
    assert await kept(store, user, url)


async def test_a_message_that_comes_too_late_is_stored_without_its_file(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, url = await about_to_go(store)
    drop = Pause(statements.drop_unused)
    monkeypatch.setattr(statements, "drop_unused", drop)
    purging = asyncio.create_task(purge(store))
    await asyncio.to_thread(drop.reached.wait)
    saying = asyncio.create_task(say(store, user, Image(url, "A"), Text("again")))
    await asyncio.wait([saying], timeout=0.3)
    drop.go.set()
    await asyncio.gather(saying, purging)
    assert not await kept(store, user, url)
    assert (await store.message(user, saying.result().prompt.id)).parts[0] == Image(url, "A")


async def test_files_are_looked_at_in_portions(
    store: Store, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(statements, "LOOKED_AT_ONCE", 2)
    user = (await store.user("anna")).id
    for number in range(5):
        await given(store, user, f"/files/{number}/a.png")
    clock.ahead = 2 * DAY_S
    assert [await store.purge() for _ in range(4)] == [2, 2, 1, 0]
    window = await store.leftovers(limit=3)
    window += await store.leftovers(after=window[-1][0], limit=3)
    assert [path for _, path in window] == [f"/files/{number}/a.png" for number in range(5)]


# --------------------------------------------------------------------------------------- upgrades

OLDER = f"""
INSERT INTO users (id, subject, created) VALUES ('u', 'anna', 1.0);
INSERT INTO threads (id, user_id, title, created, updated, pinned, archived)
    VALUES ('t', 'u', '', 1.0, 1.0, 0, 0);
INSERT INTO messages (id, thread_id, depth, role, status, created)
    VALUES ('m', 't', 0, 'user', 'done', 1.0);
INSERT INTO parts (message_id, position, type, body, indexed) VALUES
    ('m', 0, 'image', '{{"type":"image","alt":"A","url":"stored:{"a" * 32}"}}', 0);
INSERT INTO files (id, user_id, name, mime, size, path, created) VALUES
    ('{"a" * 32}', 'u', 'n', 'm', 1, '/files/a/n', 1.0),
    ('{"b" * 32}', 'u', 'n', 'm', 1, '/files/b/n', 1.0)
"""


def upgraded(bound: Connection) -> None:
    """Bring tables with a used and an unused file from the version before to this one."""
    schema.upgrade(bound, "0003")
    for statement in OLDER.split(";"):
        bound.exec_driver_sql(statement)
    schema.upgrade(bound)
    assert (schema.current(bound), schema.differences(bound)) == (schema.HEAD, [])
    bound.commit()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_an_upgrade_finds_the_files_that_are_used(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if database == "sqlite":
        url = str(tmp_path / "chat.db")
        with connect(tmp_path / "chat.db") as bound:
            upgraded(bound)
    else:
        from swell.chat.store.engines.postgres import connect as connect_postgres

        server: PostgresServer = request.getfixturevalue("postgres")
        url = new_database(server, "template1")
        with connect_postgres(url) as bound:
            upgraded(bound)
    store = open_store(url)
    await store.open()
    assert await kept(store, "u", f"stored:{'a' * 32}")
    assert await store.leftovers() == [("b" * 32, "/files/b/n")]
    await store.close()
