"""Apps: what one keeps is nothing to another, on the same database and by default in its file."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from swell.app_name import app_name
from swell.chat import NewPrompt, Turn, chat
from swell.chat.store import default_path, open_store, schema
from swell.chat.store.engines.sqlite import connect as connect_file
from swell.cli import main as command
from swell.live.wire import Act
from swell.parts import Text
from swell.testing import isolated
from swell.testing.chat import chat_of, chatting
from tests.postgres import PostgresServer

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


def anna(_: object) -> str:
    return "anna"


async def test_two_apps_on_one_database_see_nothing_of_each_other(url: str) -> None:
    async with (
        chatting(echo, store=url, app="one", identify=anna, attachments=True) as one,
        chatting(echo, store=url, app="two", identify=anna, attachments=True) as two,
    ):
        await one.attach("Whales", [("whales.txt", b"blue")])
        thread = one.address.removeprefix("t/")
        message = one.messages[0]["id"]
        await one.page.event("chat", "feedback", {"id": one.messages[1]["id"], "positive": True})
        await two.page.event("threads", "search", {"query": "whales"})
        assert two.threads == []
        await two.page.event("threads", "search", {"query": ""})
        await two.send("Mine")
        assert two.threads == ["Mine"]
        await two.page.event("chat", "search", {"query": "whales"})
        assert two.page.page["chat"]["found"] == []
        here = two.address
        for address in (f"t/{thread}", f"m={message}"):
            await two.open(address)
            assert two.texts == []
            await two.open(here)
        for event in ("edit", "regenerate", "delete"):
            data = {"id": message, "content": "Other"}
            act = Act(str(uuid.uuid4()), {}, "chat", ("chat", event, data))
            assert (await two.page.send(act)).code == "not_found"
        store = one.server.app.store
        ann = await store.user("anna")
        token = await store.share(ann.id, thread)
        reader = await two.tab("reader", f"s/{token}")
        assert reader.texts == []
        assert (await one.tab("reader", f"s/{token}")).texts == ["Whales", "Whales?"]
        assert [kept async for kept in two.server.app.store.feedback()] == []
        assert len([kept async for kept in store.feedback()]) == 1
        assert one.texts == ["Whales", "Whales?"]


async def test_an_accepted_run_of_one_app_is_never_started_by_another(url: str) -> None:
    crashed = open_store(url, app="one")
    await crashed.open()
    user = await crashed.user("anna")
    accepted = await crashed.accept(user.id, NewPrompt([Text("Pay")]), action_id="a")
    await crashed.close()
    started: list[str] = []

    async def other(turn: Turn) -> str:
        started.append(turn.prompt)
        return "No"

    async with chatting(other, store=url, app="two", identify=anna) as two:
        assert two.threads == []
    assert started == []
    async with chatting(echo, store=url, app="one", identify=anna) as one:
        await one.open(f"t/{accepted.thread.id}")
        await one.done()
        assert one.texts == ["Pay", "Pay?"]


async def test_two_routes_of_one_process_and_one_store_object_are_two_apps() -> None:
    store = open_store(None)
    async with (
        chatting(echo, store=store, app=app_name(echo, "/a"), identify=anna) as one,
        chatting(echo, store=store, app=app_name(echo, "/b"), identify=anna) as two,
    ):
        await one.send("Hello")
        await two.send("Other")
        assert (one.threads, two.threads) == (["Hello"], ["Other"])


# ------------------------------------------------------------------------------------ old rows


def fill_old(execute: Any) -> None:
    """Store a conversation as the version before this one did."""
    execute("INSERT INTO users (id, subject, created) VALUES ('u', 'anna', 1.0)")
    execute(
        "INSERT INTO threads (id, user_id, title, created, updated, pinned, archived, leaf_id)"
        " VALUES ('t', 'u', 'Old one', 1.0, 1.0, 0, 0, 'm')"
    )
    execute(
        "INSERT INTO messages (id, thread_id, depth, role, status, created)"
        " VALUES ('m', 't', 0, 'user', 'done', 1.0)"
    )


async def only_the_first_app_has_it(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with chatting(echo, store=url, app="first", identify=anna) as first:
        assert first.threads == ["Old one"]
        said = "1 users and their chats of an earlier version now belong to the app 'first'"
        assert [record.message for record in caplog.records].count(said) == 1
    async with chatting(echo, store=url, app="second", identify=anna) as second:
        assert second.threads == []
    async with chatting(echo, store=url, app="first", identify=anna) as first:
        assert first.threads == ["Old one"]


async def test_old_rows_go_to_the_app_that_opens_them_first(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "old.db"
    with connect_file(path) as bound:
        schema.upgrade(bound, "0005")
        bound.commit()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        fill_old(connection.execute)
        connection.commit()
    await only_the_first_app_has_it(str(path), caplog)


async def test_old_rows_of_postgresql_go_to_the_app_that_opens_them_first(
    postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    import psycopg

    from swell.chat.store.engines.postgres import connect

    name = f"old_{uuid.uuid4().hex[:8]}"
    postgres.execute(f"CREATE DATABASE {name}")
    with connect(postgres.url(name)) as bound:
        schema.upgrade(bound, "0005")
        bound.commit()
    with psycopg.connect(postgres.url(name)) as connection:
        fill_old(connection.execute)
    assert command(["db", "upgrade", "--url", postgres.url(name)]) == 0
    await only_the_first_app_has_it(postgres.url(name), caplog)


# ------------------------------------------------------------------------------- files and names


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the account be a new one."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("SWELL_DATABASE_URL", raising=False)
    return tmp_path / "swell"


def files_in(home: Path) -> list[str]:
    return sorted(path.name for path in home.glob("*.db"))


async def test_each_app_has_its_own_default_file(home: Path) -> None:
    for app in ("support", "sales/bot"):
        async with chatting(echo, store="default", app=app, identify=anna) as tab:
            assert tab.threads == []
            await tab.send(f"To {app}")
            assert default_path(app).parent == home
    assert default_path("support").name == "support.db"
    assert len(files_in(home)) == 2


async def test_the_old_default_file_goes_to_the_app_that_opens_it_first(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with connect_file(home / "chat.db") as bound:
        schema.upgrade(bound, "0005")
        bound.commit()
    with contextlib.closing(sqlite3.connect(home / "chat.db")) as connection:
        fill_old(connection.execute)
        connection.commit()
    async with chatting(echo, store="default", app="first", identify=anna) as first:
        assert first.threads == ["Old one"]
    moved = [one.message for one in caplog.records if "now belong to this app" in one.message]
    assert len(moved) == 1
    async with chatting(echo, store="default", app="second", identify=anna) as second:
        assert second.threads == []
    assert files_in(home) == ["first.db", "second.db"]


def test_names_differ_by_file_and_route_and_stay() -> None:
    def handler() -> None: ...

    names = {app_name(handler, "/"), app_name(handler, "/a"), app_name(echo, "/b")}
    assert len(names) == 3
    assert app_name(handler, "/a") == app_name(echo, "/a")
    assert all(name.startswith("store/test_apps") for name in names)


def test_the_app_can_be_named() -> None:
    with isolated() as own:

        @chat("/named", app="support", store=None)
        async def answer(turn: Turn) -> str:
            return turn.prompt

    assert chat_of(own, "/named").name == "support"


async def test_commands_choose_among_the_files_of_apps(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["db", "current"]) == 1
    assert "no app keeps chats in" in capsys.readouterr().err
    async with chatting(echo, store="default", app="support", identify=anna) as tab:
        await tab.send("Hello")
        rated = {"id": tab.messages[1]["id"], "positive": True}
        await tab.page.event("chat", "feedback", rated)
    assert command(["db", "check"]) == 0
    assert "support.db is as this Swell expects it" in capsys.readouterr().out
    async with chatting(echo, store="default", app="sales", identify=anna):
        pass
    assert command(["db", "check"]) == 2
    assert "sales, support; choose one with --app" in capsys.readouterr().err
    assert command(["db", "check", "--app", "sales"]) == 0


def test_feedback_is_exported_for_one_app_or_all(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fill() -> None:
        for app in ("one", "two"):
            store = open_store(url, app=app)
            await store.open()
            user = (await store.user("anna")).id
            made = await store.accept(user, NewPrompt([Text(f"To {app}")]), action_id="a")
            await store.finish(made.run.id, "done", [Text("Yes")])
            await store.rate(user, made.answer.id, True)
            await store.close()

    asyncio.run(fill())
    for app, said in (("", ["To one", "To two"]), ("two", ["To two"])):
        named = ["--app", app] if app else []
        assert command(["feedback", "export", "--format", "jsonl", "--url", url, *named]) == 0
        out = capsys.readouterr().out
        assert [prompt for prompt in ("To one", "To two") if prompt in out] == said
