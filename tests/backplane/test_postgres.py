"""The backplane over PostgreSQL, on a real server."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import pytest

from swell.backplane.postgres import PostgresBackplane
from tests.postgres import PostgresServer

from .conformance import Conformance

pytestmark = pytest.mark.anyio


class TestPostgres(Conformance):
    """Two processes of one service."""

    @pytest.fixture
    async def members(
        self, postgres: PostgresServer
    ) -> AsyncIterator[tuple[PostgresBackplane, PostgresBackplane]]:
        name = secrets.token_hex(4)
        one, two = (PostgresBackplane(postgres.url(), name) for _ in range(2))
        await one.open()
        await two.open()
        yield one, two
        await one.close()
        await two.close()
