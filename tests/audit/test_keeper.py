"""What the server refuses is in the audit log, and old entries go without a chat, too."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from swell import Q
from swell.app import App
from swell.audit.keeper import AuditKeeper
from swell.audit.log import AuditLog, record
from swell.chat import Turn
from swell.chat.options import ChatOptions
from swell.chat.store import open_store
from swell.chat.store.engines.base import Tx
from swell.chat.store.store import Store
from swell.errors import ProtocolError
from swell.identity import Request
from swell.live.wire import Hello
from swell.server.identity import Caller
from swell.settings.table import Settings
from tests.auth.browser import app_of, password_file

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(str(tmp_path / "chat.db"))
    await opened.open()
    yield opened
    await opened.close()


def nobody(request: Request) -> str | None:
    return request.header("X-Login")


async def test_refusals_of_the_server_are_written_once_a_minute(
    store: Store, tmp_path: Path
) -> None:
    async def answer(turn: Turn) -> str:
        return turn.prompt

    file = str(tmp_path / "chat.db")
    app = App(Settings(database_url=file, api_key="a key of programs"), identify=nobody)
    app.chat("/", ChatOptions(openai=True, ag_ui=True))(answer)
    async with app.lifespan():
        assert app._server is not None
        peer = httpx.ASGITransport(app=app, client=("198.51.100.7", 50_000))
        async with httpx.AsyncClient(transport=peer, base_url="http://127.0.0.1") as browser:
            for _ in range(3):
                await browser.get("/page", headers={"Host": "evil.example"})
            await browser.post("/_f/", headers={"Origin": "http://evil.example"})
            await browser.get("/v1/models", headers={"Authorization": "Bearer guessed"})
            await browser.post("/ag-ui", json={})
        with pytest.raises(ProtocolError):
            await app._server.broker.identify(Hello(1, "/"), Caller("session", {}))
    found = await AuditLog(store.engine).page()
    assert [(one.event, one.address, one.object, one.detail["reason"]) for one in found] == [
        ("refused", "198.51.100.7", "/page", "host"),
        ("refused", "198.51.100.7", "/_f/", "origin"),
        ("refused", "198.51.100.7", "/v1/models", "api_key"),
        ("refused", "198.51.100.7", "/ag-ui", "api_key"),
        ("refused", "", "/", "identity"),
    ]
    assert "guessed" not in repr(found)


async def test_old_entries_go_in_an_app_without_a_chat(store: Store, tmp_path: Path) -> None:
    now = time.time()

    def write(tx: Tx) -> None:
        for age in (100, 10):
            record(tx, "backup", str(age), at=now - age)

    await store.engine.write(write)
    settings = {"database_url": str(tmp_path / "chat.db"), "audit_keep_s": 50.0}
    app = app_of(password_file(tmp_path), **settings)
    async with app.lifespan():
        log = AuditLog(store.engine)
        while len(found := await log.page()) > 1:
            await store.engine.read(lambda _: None)
    assert [one.subject for one in found] == ["10"]


async def test_a_flood_of_refusals_does_not_wait_for_the_database(store: Store) -> None:
    keeper = AuditKeeper(AuditLog(store.engine), 0)
    for number in range(10_000):
        keeper.refused("host", f"198.51.100.{number}", "/")
    assert len(keeper._writing) == 100
    await keeper.close()
    assert len(await AuditLog(store.engine).page()) == 100


async def greet(q: Q) -> None:
    await q.page.save()


async def test_an_app_without_a_database_refuses_all_the_same() -> None:
    app = App(Settings(database_url="memory"))
    app.add("/", greet)
    async with app.lifespan():
        peer = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=peer, base_url="http://evil.example") as browser:
            assert (await browser.get("/")).status_code == 400
