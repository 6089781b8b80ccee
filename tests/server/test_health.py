"""Health: alive for as long as the loop turns, ready only while it can serve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from swell.app import App
from swell.chat import Turn
from swell.chat.app import add_chat
from swell.chat.options import ChatOptions
from swell.errors import StoreUnavailableError
from swell.server import health
from swell.settings.table import Settings

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield turn.prompt


async def test_a_process_is_ready_until_it_drains_or_its_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "KEEP_S", 0.0)
    monkeypatch.setattr(health, "CHECK_S", 0.2)
    app = App(Settings(drain_s=0.0))
    add_chat(app, "/", echo, ChatOptions(store=None))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
    ):

        async def asked(path: str) -> tuple[int, str]:
            answer = await http.get(path)
            assert answer.headers["cache-control"] == "no-store"
            return answer.status_code, answer.text.strip()

        assert await asked("/_s/ready") == await asked("/_s/live") == (200, "ok")
        assert await asked("/_s/health") == (200, "ok")  # its name in earlier versions

        async def away() -> None:
            raise StoreUnavailableError("the disk is full: /secret/path")

        async def never() -> None:
            await asyncio.Event().wait()

        app.checks["index"] = away
        assert await asked("/_s/ready") == (503, "unavailable: index")
        app.checks |= {"database": away, "model": never}
        assert await asked("/_s/ready") == (503, "unavailable: database, index, model")
        assert await asked("/_s/live") == (200, "ok")
        app.checks.clear()
        assert await asked("/_s/ready") == (200, "ok")
        await app.drain()
        assert await asked("/_s/ready") == (503, "draining")
        assert await asked("/_s/health") == (200, "ok")
