"""The backplane over PostgreSQL, on a real server."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator

import psycopg
import pytest

from swell.backplane.base import Backplane
from swell.backplane.postgres import PostgresBackplane
from tests.postgres import PostgresServer

from .conformance import Conformance
from .faults import Faults

pytestmark = pytest.mark.anyio


class Breakable:
    """The server, as the tests of faults use it."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.port = server.port

    def make(self, name: str, port: int | None = None) -> Backplane:
        url = self._server.url().replace(f":{self.port}/", f":{port or self.port}/")
        return PostgresBackplane(url, name)

    async def cut(self) -> None:
        await asyncio.to_thread(
            self._server.execute,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'swell backplane'",
        )

    async def restart(self) -> None:
        self._server.kill()
        await asyncio.to_thread(self._server.start)

    def freeze(self) -> None:
        self._server.stop_all()

    def thaw(self) -> None:
        self._server.continue_all()

    async def say(self, backplane: Backplane, topic: str, payload: bytes) -> None:
        assert isinstance(backplane, PostgresBackplane)
        text = base64.b64encode(payload).decode()
        await self.notify(backplane.channel_of(topic), text)

    async def notify(self, channel: str, text: str) -> None:
        async with await psycopg.AsyncConnection.connect(
            self._server.url(), autocommit=True
        ) as connection:
            await connection.execute("SELECT pg_notify(%s, %s)", (channel, text))


class TestPostgres(Faults, Conformance):
    """Two processes of one service."""

    @pytest.fixture
    def server(self, postgres: PostgresServer) -> Breakable:
        return Breakable(postgres)

    @pytest.fixture
    async def members(self, server: Breakable) -> AsyncIterator[tuple[Backplane, Backplane]]:
        name = secrets.token_hex(4)
        one, two = server.make(name), server.make(name)
        await one.open()
        await two.open()
        yield one, two
        await one.close()
        await two.close()
