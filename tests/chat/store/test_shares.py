"""Links to shared threads: what is stored of them, how long they work, and what ends them."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swell.chat import NewPrompt
from swell.chat.store import Store, open_store, schema
from swell.chat.store.engines.sqlite import connect as connect_file
from swell.chat.store.ids import token_hash
from swell.cli import main as command
from swell.errors import NotFoundError
from swell.parts import File, Part, Text
from tests.chat.clock import Clock
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio


async def begun(store: Store, text: str = "one") -> tuple[str, str]:
    """Store a thread; return its owner and its id."""
    user = (await store.user("anna")).id
    made = await store.accept(user, NewPrompt([Text(text)]), action_id=f"ask {text}")
    return user, made.thread.id


async def works(store: Store, token: str) -> bool:
    try:
        thread, messages = await store.shared(token)
    except NotFoundError:
        return False
    return thread.shared and len(messages) == 2


def bytes_of(url: str) -> bytes:
    """Return all that a database holds, as it is on the disk."""
    if not url.startswith("sqlite"):
        import psycopg

        with psycopg.connect(url) as connection:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            names = [row[0] for row in connection.execute(query)]
            rows = [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names]
            return repr(rows).encode()
    path = Path(url.removeprefix("sqlite:///"))
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


async def test_no_token_is_stored_in_clear(store: Store, url: str) -> None:
    user, thread = await begun(store, "find these bytes")
    token = await store.share(user, thread)
    assert len(token) >= 32
    held = bytes_of(url)
    assert thread.encode() in held
    assert token.encode() not in held


async def test_each_link_is_a_new_one_and_unsharing_ends_them_all(store: Store) -> None:
    user, thread = await begun(store)
    _, other = await begun(store, "two")
    assert not (await store.thread(user, thread)).shared
    links = [await store.share(user, thread) for _ in range(3)]
    kept = await store.share(user, other)
    assert len(set(links)) == 3
    assert [await works(store, link) for link in links] == [True] * 3
    assert [one.shared for one in await store.threads(user)] == [True, True]
    await store.unshare(user, thread)
    assert [await works(store, link) for link in [*links, kept]] == [False] * 3 + [True]
    assert not (await store.thread(user, thread)).shared


async def test_a_link_for_an_organisation_opens_for_its_people_only(store: Store) -> None:
    user, thread = await begun(store)
    everyone = await store.share(user, thread)
    signed_in = await store.share(user, thread, audience="*")
    example = await store.share(user, thread, 60, audience="example.com")

    async def opens(link: str, organisation: str | None) -> bool:
        with contextlib.suppress(NotFoundError):
            await store.shared(link, organisation=organisation)
            await store.shared_until(link, organisation=organisation)
            return True
        with pytest.raises(NotFoundError):
            await store.shared_until(link, organisation=organisation)
        return False

    readers = (None, "", "*", "example.com", "example.org")
    assert [await opens(everyone, reader) for reader in readers] == [True] * 5
    assert [await opens(signed_in, reader) for reader in readers] == [False, *[True] * 4]
    assert [await opens(example, reader) for reader in readers] == [False] * 3 + [True, False]
    with pytest.raises(ValueError, match="audience must name an organisation"):
        await store.share(user, thread, audience="")


async def test_the_oldest_of_too_many_links_goes(store: Store) -> None:
    user, thread = await begun(store)
    links = [await store.share(user, thread) for _ in range(22)]
    assert [await works(store, link) for link in links] == [False] * 2 + [True] * 20


async def test_a_link_works_until_it_expires(store: Store, clock: Clock) -> None:
    user = (await store.user("anna")).id
    noted = await store.add_file(user, name="a", mime="b", size=1, path="/a/b")
    parts: list[Part] = [Text("one"), File("a", f"stored:{noted.id}", 1)]
    thread = (await store.accept(user, NewPrompt(parts), action_id="1")).thread.id
    short, long = await store.share(user, thread, 60), await store.share(user, thread, 600)
    first, second = await store.shared_until(short), await store.shared_until(long)
    assert first is not None
    assert second is not None
    assert second > first
    clock.ahead = 59
    assert await works(store, short)
    assert await store.served_file(noted.id, token_hash(short))
    clock.ahead = 61
    assert not await works(store, short)
    assert not await store.served_file(noted.id, token_hash(short))
    with pytest.raises(NotFoundError):
        await store.shared_until(short)
    assert await works(store, long)
    assert await store.served_file(noted.id, token_hash(long))
    assert (await store.thread(user, thread)).shared
    clock.ahead = 661
    assert not await works(store, long)
    assert not (await store.thread(user, thread)).shared
    assert [one.shared for one in await store.threads(user, query="one")] == [False]


async def test_expired_links_are_purged(store: Store, clock: Clock, url: str) -> None:
    user, thread = await begun(store)
    lasting = await store.share(user, thread)
    await store.share(user, thread, 60)
    clock.ahead = 61
    await store.purge()
    assert await works(store, lasting)
    assert rows_of(url, "SELECT count(*) FROM shares") == [(1,)]


def rows_of(url: str, query: str) -> list[Any]:
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return file.execute(query).fetchall()
    import psycopg

    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
async def test_a_link_that_never_works_is_refused(store: Store, seconds: float) -> None:
    user, thread = await begun(store)
    with pytest.raises(ValueError, match="expires_s must be more than 0"):
        await store.share(user, thread, seconds)


@pytest.mark.parametrize("token", ["", "0", "\0", "\ud83d", "%", "a" * 100_000])
async def test_a_guessed_token_leads_nowhere(store: Store, token: str) -> None:
    user, thread = await begun(store)
    real = await store.share(user, thread)
    for guess in (token, real[:-1], real.swapcase()):
        assert not await works(store, guess)


# ---------------------------------------------------------------------------------------- old rows


def fill_old(execute: Callable[[str], object], tokens: list[str]) -> None:
    """Store shared threads as the version before this one did, and one that is not shared."""
    execute("INSERT INTO users (id, subject, created) VALUES ('u', 'anna', 1.0)")
    for number, token in enumerate([*map("'{}'".format, tokens), "NULL"]):
        execute(
            "INSERT INTO threads (id, user_id, title, created, updated, pinned, archived, leaf_id,"
            f" share_token) VALUES ('t{number}', 'u', 'Old', 1.0, 1.0, 0, 0, 'm{number}', {token})"
        )
        execute(
            "INSERT INTO messages (id, thread_id, depth, role, status, created)"
            f" VALUES ('m{number}', 't{number}', 0, 'user', 'done', 1.0)"
        )


async def they_work(url: str, tokens: list[str]) -> None:
    store = open_store(url)
    await store.open()
    found = [(await store.shared(token))[0].id for token in tokens]
    assert found == [f"t{number}" for number in range(len(tokens))]
    threads = {one.id: one.shared for one in await store.threads("u", limit=500)}
    assert threads == {**dict.fromkeys(found, True), f"t{len(tokens)}": False}
    assert await store.shared_until(tokens[0]) is None
    await store.unshare("u", "t0")
    with pytest.raises(NotFoundError):
        await store.shared(tokens[0])
    await store.close()
    held = bytes_of(url)
    assert [token for token in tokens if token.encode() in held] == []


async def test_old_links_work_after_the_upgrade_and_their_tokens_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    tokens = [secrets.token_urlsafe(24) for _ in range(300)]  # some pages full
    with connect_file(path) as bound:
        schema.upgrade(bound, "0007")
        bound.commit()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        fill_old(connection.execute, tokens)
        connection.execute("UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'threads'")
        connection.commit()
    assert tokens[0].encode() in path.read_bytes()
    await they_work(f"sqlite:///{path}", tokens)
    with connect_file(path) as bound:
        assert (schema.current(bound), schema.differences(bound)) == (schema.HEAD, [])
    store = open_store(str(path))
    await store.open()
    await begun(store)
    await store.close()
    assert rows_of(f"sqlite:///{path}", "SELECT max(n) FROM threads") == [(1001,)]


async def test_old_links_of_postgresql_work_after_the_upgrade(postgres: PostgresServer) -> None:
    import psycopg

    from swell.chat.store.engines.postgres import connect

    name = f"old_{uuid.uuid4().hex[:8]}"
    postgres.execute(f"CREATE DATABASE {name}")
    with connect(postgres.url(name)) as bound:
        schema.upgrade(bound, "0007")
        bound.commit()
    tokens = [secrets.token_urlsafe(24) for _ in range(30)]
    with psycopg.connect(postgres.url(name)) as connection:
        fill_old(lambda query: connection.execute(query.encode()), tokens)
    assert command(["db", "upgrade", "--url", postgres.url(name)]) == 0
    await they_work(postgres.url(name), tokens)
    with connect(postgres.url(name)) as bound:
        assert (schema.current(bound), schema.differences(bound)) == (schema.HEAD, [])
