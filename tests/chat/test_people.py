"""Users are stored with their first record; a visitor is not."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from swell.chat import RunLimits, Turn
from swell.chat.store import Store, open_store, schema
from swell.chat.store.engines.sqlite import connect as connect_file
from swell.live.wire import Act
from swell.testing.chat import ChatTab, chatting
from tests.chat.page.test_share import share
from tests.chat.store.conftest import clock, store, url

__all__ = ["clock", "store", "url"]

pytestmark = pytest.mark.anyio


class Settings(msgspec.Struct):
    brief: bool = False


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


def people(url: str) -> list[str]:
    """Return the ids of the people in a database."""
    if url.startswith("postgresql"):
        from swell.chat.store.engines.postgres import connect

        with connect(url) as bound:
            return [str(row[0]) for row in bound.execute(text("SELECT id FROM users"))]
    with connect_file(Path(url.removeprefix("sqlite:///"))) as bound:
        return [str(row[0]) for row in bound.execute(text("SELECT id FROM users"))]


async def look(tab: ChatTab) -> None:
    """Do what stores nothing."""
    await tab.page.event("threads", "search", {"query": "whales"})
    await tab.page.act("archived", True)
    await tab.page.act("settings", True)
    await tab.page.act("save_settings", True, brief=True)
    await tab.open("t/" + "0" * 32)
    submitted = {"files": [await tab.page.upload("x.json", b"[]")]}
    wrong = Act(str(uuid.uuid4()), {}, "import", ("import", "submit", submitted))
    assert (await tab.page.send(wrong)).st == "err"
    rating = {"id": "0" * 32, "positive": True}
    act = Act(str(uuid.uuid4()), {}, "chat", ("chat", "feedback", rating))
    assert (await tab.page.send(act)).code == "not_found"


async def prompt(tab: ChatTab, exported: bytes) -> None:
    del exported
    await tab.send("Mine")


async def attach(tab: ChatTab, exported: bytes) -> None:
    del exported
    await tab.attach("Mine", [("whales.txt", b"blue")])


async def bring(tab: ChatTab, exported: bytes) -> None:
    await tab.page.act("import", files=[("mine.json", exported)])


@pytest.mark.parametrize("begin", [prompt, attach, bring])
async def test_a_person_is_stored_with_the_first_thing_that_is_theirs(url: str, begin: Any) -> None:
    async with chatting(echo, store=url, attachments=True, settings=Settings) as chat:
        assert people(url) == []
        await look(chat)
        assert people(url) == []
        await chat.send("Hello")
        [owner] = people(url)
        reader = await chat.tab("reader", await share(chat))
        assert reader.texts == ["Hello", "Hello?"]
        assert people(url) == [owner]
        kept = chat.server.app.store
        [thread] = await kept.threads(owner)
        exported = msgspec.json.encode(await kept.export(owner, thread.id))
        first, second = await chat.tab("other"), await chat.tab("other")
        await begin(first, exported)
        await second.send("Again")
        assert len(people(url)) == 2
        await second.page.until(lambda _: len(second.threads) == 2)
        again = await chat.tab("other")
        assert again.threads == second.threads


async def test_a_prompt_that_is_refused_stores_nobody(url: str) -> None:
    async with chatting(echo, store=url, limits=RunLimits(queue=0), admit=_nobody) as chat:
        assert (await chat.send("Hello")).st == "err"
        assert people(url) == []


def _nobody(_user: object, _used: object) -> str:
    return "Not today"


async def test_two_first_prompts_at_once_are_of_one_person(url: str) -> None:
    async with chatting(echo, store=url) as chat:
        tabs = [chat, *[await chat.tab() for _ in range(3)]]
        await asyncio.gather(*(tab.send(f"Prompt {n}") for n, tab in enumerate(tabs)))
        assert len(people(url)) == 1
        assert len((await chat.tab()).threads) == 4


async def test_a_visitor_has_the_id_that_they_will_have(store: Store) -> None:
    visitor = await store.visitor("ann\0a")
    assert (visitor.stored, visitor.name) == (False, None)
    assert await store.threads(visitor.id) == []
    ann = await store.user("anna")
    assert (ann.id, ann.stored) == (visitor.id, True)
    assert await store.visitor("anna") == ann
    ids = [(await store.of_app(app).visitor("anna")).id for app in ("a", "b", "ba")]
    assert len({ann.id, *ids}) == 4


async def test_one_who_was_stored_before_keeps_their_id(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with connect_file(path) as bound:
        schema.upgrade(bound, "0006")
        bound.commit()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for name in ("owner", "guest"):
            connection.execute("INSERT INTO users VALUES (?, ?, NULL, 1.0, 'a')", (name, name))
        connection.execute("INSERT INTO users VALUES ('named', 'named', 'Ann', 1.0, 'a')")
        connection.execute(
            "INSERT INTO threads (id, user_id, title, created, updated, pinned, archived, deleted)"
            " VALUES ('t', 'owner', 'Old one', 1.0, 1.0, 0, 0, 1e12)"
        )
        connection.commit()
    opened = open_store(str(path), app="a")
    await opened.open()
    assert sorted(people(str(path))) == ["named", "owner"]
    assert (await opened.visitor("owner")).id == "owner"
    assert (await opened.visitor("guest")).stored is False
    await opened.close()


async def test_an_id_that_went_to_another_app_is_not_used_twice(url: str) -> None:
    nameless = open_store(url)
    await nameless.open()
    old = await nameless.user("anna")
    heir = nameless.of_app("heir")
    await heir.open()
    assert (await heir.visitor("anna")).id == old.id
    visitor = await nameless.visitor("anna")
    assert visitor.id != old.id
    assert (await nameless.user("anna")).id == visitor.id
    await nameless.close()
