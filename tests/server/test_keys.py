"""The key that signs session cookies: kept in a folder, in a database, or not at all."""

from __future__ import annotations

import logging
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from swell import Q
from swell.app import App
from swell.chat import ChatOptions, Turn
from swell.server.keys import folder_key
from swell.server.sessions import Session, SessionSigner
from swell.settings.table import Settings
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield turn.prompt


def test_a_folder_keeps_one_key_for_this_account_only(tmp_path: Path) -> None:
    key = folder_key(tmp_path / "new")
    assert key is not None
    assert folder_key(tmp_path / "new") == key
    [file] = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert folder_key(tmp_path / "other") != key


def test_without_a_usable_folder_there_is_no_key_and_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING, "swell.server"):
        assert folder_key(tmp_path / "file") is None
    assert "users will be signed out on restart" in caplog.text


async def session(app: App, key: str | None) -> Session | None:
    """Load a page, and read its cookie with a key."""
    transport = httpx.ASGITransport(app=app)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
    ):
        await http.get("/")
        return SessionSigner(key).read(http.cookies["swell_session"])


@pytest.mark.parametrize(
    ("given", "signs"),
    [
        ([], None),
        (["first-" * 6, "second" * 6], "first-" * 6),
        ([None, "second" * 6], "second" * 6),
    ],
)
async def test_the_first_key_of_the_app_signs_cookies(
    given: list[str | None], signs: str | None
) -> None:
    def app(secret_key: str | None = None) -> App:
        made = App(Settings(secret_key=secret_key))
        made.chat("/", ChatOptions(store=None))(echo)
        for key in given:

            async def returned(_: Settings, key: str | None = key) -> str | None:
                return key

            made.keys.append(returned)
        return made

    assert (await session(app(), signs) is not None) == (signs is not None)
    assert await session(app("secret" * 6), "secret" * 6) is not None


async def test_chats_keep_the_key_beside_the_default_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    app = App(Settings(database_url=str(tmp_path / "chat.db")))
    app.chat("/", ChatOptions())(echo)
    found = await session(app, folder_key(tmp_path / "swell"))
    assert found is not None


async def test_pages_without_a_chat_share_the_key_of_the_database(
    postgres: PostgresServer, postgres_template: str
) -> None:
    async def serve(q: Q) -> None:
        await q.page.save()

    settings = Settings(database_url=new_database(postgres, postgres_template), session_cookie="s")
    one, other = App(settings), App(settings)
    for app in (one, other):
        app.page("/")(serve)
    async with one.lifespan(), other.lifespan():
        cookies = httpx.Cookies()
        found = []
        for app in (one, other):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost", cookies=cookies
            ) as http:
                await http.get("/")
                cookies = http.cookies
                found.append(str(cookies["s"]).partition(".")[0])
    assert found[0] == found[1]
