"""The settings choose the backplane, and an app opens it once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import psycopg
import pytest

from swell.app import App
from swell.backplane import postgres as postgres_module
from swell.backplane.memory import MemoryBackplane
from swell.backplane.open import open_backplane
from swell.backplane.postgres import PostgresBackplane
from swell.chat import ChatOptions, Turn
from swell.chat.app import add_chat
from swell.chat.feed import Change, ThreadChanged, ThreadRenamed
from swell.errors import SettingError
from swell.settings.load import load_settings
from swell.settings.table import Settings
from tests.pgbouncer import pgbouncer, pooled
from tests.postgres import PostgresServer, new_database
from tests.programs import Program

from .conformance import WAIT_S, Heard
from .faults import Turns

__all__ = ["pooled"]

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield turn.prompt


async def until_connections(url: str, count: int) -> None:
    """Wait until backplanes have so many; the server notices the end of one a moment later."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    async with asyncio.timeout(WAIT_S):
        while True:
            with psycopg.connect(url) as connection:
                if connection.execute(query, ["swell backplane"]).fetchone() == (count,):
                    return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("backplane", "database", "kind"),
    [
        ("auto", "default", MemoryBackplane),
        ("auto", "memory", MemoryBackplane),
        ("auto", "postgresql", PostgresBackplane),
        ("memory", "postgresql", MemoryBackplane),
        ("postgresql", "default", PostgresBackplane),
    ],
)
async def test_the_settings_choose_the_backplane(
    postgres: PostgresServer, backplane: str, database: str, kind: type
) -> None:
    urls = {"postgresql": postgres.url()}
    settings = Settings(
        backplane=urls.get(backplane, backplane), database_url=urls.get(database, database)
    )
    opened = await open_backplane(settings)
    assert (type(opened), opened.connected) == (kind, True)
    await opened.close()


@pytest.mark.parametrize("url", ["mysql://host", "valkey", "valkey://", "valkey+cluster://host"])
def test_another_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingError, match="SWELL_BACKPLANE: expected `valkey://") as refused:
        load_settings({"SWELL_BACKPLANE": url}, {})
    assert "got" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql://:secret@[host", "postgres://host?secret=1"])
async def test_a_url_that_postgresql_does_not_know_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="expected `postgresql://") as refused:
        await open_backplane(Settings(backplane=url))
    assert "secret" not in str(refused.value)


async def test_an_app_that_cannot_start_leaves_no_backplane_open(postgres: PostgresServer) -> None:
    app = App(Settings(backplane=postgres.url()))

    def fail() -> None:
        raise RuntimeError("mistake")

    app.add("/", print, on_startup=fail)
    with pytest.raises(RuntimeError, match="mistake"):
        await app.startup()
    assert not app.backplane.connected
    await app.shutdown()


async def test_the_chats_of_an_app_share_one_connection_and_processes_hear_each_other(
    postgres: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres, postgres_template)
    heard: list[Change] = []
    async with AsyncExitStack() as stack:
        one, two = App(Settings(database_url=url)), App(Settings(database_url=url))
        here, _, there, other = (
            add_chat(app, route, echo, ChatOptions(app=route))
            for app in (one, two)
            for route in ("/", "/other")
        )
        for app in (one, two):
            await stack.enter_async_context(app.lifespan())
        other.feed.subscribe("ann", lambda _: heard.append(ThreadChanged("of another app")))
        there.feed.subscribe("ann", heard.append)
        arrived = Heard()
        two.backplane.subscribe("the end", arrived.listen, arrived.gap)
        await two.backplane.ready()
        heard.clear()  # the gaps of the beginning
        here.feed.publish("ann", ThreadRenamed("t", "Title"))
        one.backplane.publish("the end", b"")
        await arrived.until(arrived.any)
        assert heard == [ThreadChanged("t")]
        await until_connections(url, 2)
    await until_connections(url, 0)


async def test_behind_pgbouncer_in_transaction_mode_the_process_says_so_and_runs_alone(
    pooled: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = App(Settings(database_url=pooled))
    add_chat(app, "/", echo)
    async with app.lifespan():
        assert isinstance(app.backplane, MemoryBackplane)
    [line] = [one for one in caplog.records if one.name == "swell.backplane"]
    assert line.levelno == logging.ERROR
    assert "LISTEN does not work through this pooler" in line.getMessage()
    assert "set SWELL_BACKPLANE to the URL of the database itself" in line.getMessage()


async def test_a_pooler_in_transaction_mode_cannot_be_the_backplane(pooled: str) -> None:
    with pytest.raises(SettingError, match=r"^setting 'backplane' .*LISTEN does not work"):
        await open_backplane(Settings(backplane=pooled))


async def test_a_slow_database_is_not_mistaken_for_a_pooler(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    backplane = PostgresBackplane(postgres.url(), "service")
    turns = Turns(backplane)
    with monkeypatch.context() as slow:
        slow.setattr(postgres_module, "TEST_S", 0.1)
        slow.setattr(postgres_module._PostgresLink, "_notified", lambda *_: None)
        await backplane.open()
        assert turns.seen == []
    assert "no connection to PostgreSQL, trying again: a notification took" in caplog.text
    await turns.until([True])
    await backplane.close()


async def test_a_pooler_in_session_mode_can(postgres: PostgresServer, program: Program) -> None:
    with pgbouncer(program("pgbouncer"), postgres.port, "postgres", "session") as through:
        one = await open_backplane(Settings(backplane=through))
        two = await open_backplane(Settings(backplane=postgres.url()))
        heard = Heard()
        one.subscribe("a", heard.listen, heard.gap)
        await one.ready()
        two.publish("a", b"direct")
        await heard.until(heard.any)
        await one.close()
        await two.close()


async def test_a_server_that_is_away_at_the_start_is_reported_and_tried_again(
    postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    away = postgres.url().replace(str(postgres.port), "1").replace("swell@", "swell:secret@")
    app = App(Settings(backplane=away))
    add_chat(app, "/", echo, ChatOptions(store=None))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
    ):
        answer = await http.get("/_s/ready")
        assert (answer.status_code, answer.text) == (200, "ok\nbackplane disconnected\n")
    assert "no connection to PostgreSQL, trying again: connection failed" in caplog.text
    assert "secret" not in caplog.text
