"""Refresh of tokens by several processes on one database."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from starlette.responses import JSONResponse

from swell.auth import refresh
from swell.auth.accounts import Accounts
from swell.auth.base import SignedIn, Tokens
from swell.auth.clock import Clock
from swell.auth.oidc.provider import OidcProvider
from swell.auth.refresh import Refresher
from swell.auth.sealed import Sealer
from swell.auth.sign_ins import Lifetime, SignIns
from swell.chat.store import open_store
from swell.chat.store.engines.base import Engine, Tx
from swell.errors import SignInError
from tests.auth.forger import Endless, Forger, forger
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio

T = TypeVar("T")

ID = "sign-in of ada"
STALE = Tokens("old", "refresh", None, time.time() - 1)


@pytest.fixture
def provider() -> Iterator[Forger]:
    with forger() as made:
        made.tokens = {"refresh_token": "rotated", "id_token": None, "expires_in": 3600}
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'db.sqlite3'}"
    postgres: PostgresServer = request.getfixturevalue("postgres")
    return new_database(postgres, request.getfixturevalue("postgres_template"))


class Process:
    """The part of a process that refreshes.

    Attributes:
        refused: Sign-ins that the provider did not prolong.
        renewed: Sign-ins with other tokens.
    """

    def __init__(self, engine: Engine, provider: Forger, now: float = 0.0) -> None:
        self.refused: list[str] = []
        self.renewed: list[str] = []
        self.engine = engine
        self.sign_ins = SignIns(engine, Lifetime(3600, 3600))
        asked = OidcProvider(provider.config())
        self.refresher = Refresher(
            engine,
            Clock(lambda: now or time.time()),
            Sealer(b"k" * 32),
            lambda name: asked if name == "oidc" else None,
            self._refuse,
            self._renew,
        )

    async def _refuse(self, id: str) -> None:
        self.refused.append(id)
        await self.sign_ins.end([id])

    def _renew(self, ids: Collection[str]) -> None:
        self.renewed += ids


@asynccontextmanager
async def processes(
    url: str, provider: Forger, tokens: Tokens = STALE
) -> AsyncIterator[tuple[Process, Process]]:
    """Run two, on a database with one sign-in."""
    engines = [open_store(url).engine for _ in range(2)]
    for engine in engines:
        await engine.open()
    try:
        first, second = (Process(engine, provider) for engine in engines)
        who = SignedIn("ada", tokens=tokens)
        await Accounts(engines[0]).keep(who, "oidc")
        sealed = first.refresher.seal(ID, tokens)
        await first.sign_ins.add(ID, who, "oidc", tokens=sealed)
        yield first, second
    finally:
        for engine in engines:
            await engine.close()


async def test_twenty_requests_in_two_processes_ask_the_provider_once(
    url: str, provider: Forger
) -> None:
    async with processes(url, provider) as both:
        found = await asyncio.gather(*(both[n % 2].refresher.fresh(ID) for n in range(20)))
        assert {tokens and (tokens.access, tokens.refresh) for tokens in found} == {
            ("access", "rotated")
        }
        assert provider.asked.count("/token") == 1
        assert [*both[0].renewed, *both[1].renewed] == [ID]


async def test_a_refusal_ends_the_sign_in_for_all_who_wait(url: str, provider: Forger) -> None:
    provider.answers["/token"] = JSONResponse({"error": "invalid_grant"}, 400)
    async with processes(url, provider) as both:
        found = await asyncio.gather(*(both[n % 2].refresher.fresh(ID) for n in range(6)))
        assert found == [None] * 6
        assert provider.asked.count("/token") == 1
        assert [*both[0].refused, *both[1].refused] == [ID]


async def test_a_provider_in_trouble_is_asked_again_and_the_sign_in_stays(
    url: str, provider: Forger
) -> None:
    provider.answers["/token"] = JSONResponse({}, 503)
    async with processes(url, provider) as (first, second):
        with pytest.raises(SignInError):
            await first.refresher.fresh(ID)
        provider.answers.clear()
        tokens = await second.refresher.fresh(ID)
        assert tokens is not None
        assert tokens.access == "access"


class Held(JSONResponse):
    """An answer that comes when a test lets it."""

    def __init__(self, content: object) -> None:
        super().__init__(content)
        self.released = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await asyncio.to_thread(self.released.wait, 30)
        await super().__call__(scope, receive, send)


async def test_the_result_is_stored_when_the_one_who_asked_has_left(
    url: str, provider: Forger
) -> None:
    held = Held({"access_token": "late", "refresh_token": "next", "expires_in": 3600})
    provider.answers["/token"] = held
    async with processes(url, provider) as (first, second):
        task = asyncio.create_task(first.refresher.fresh(ID))
        await asyncio.to_thread(provider.wait_for, "/token")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        held.released.set()
        await first.refresher.close()
        tokens = await second.refresher.fresh(ID)
        assert tokens is not None
        assert (tokens.access, tokens.refresh) == ("late", "next")
        assert provider.asked.count("/token") == 1


async def test_a_process_that_stops_in_a_refresh_holds_the_others_up_for_a_while_only(
    tmp_path: Path, provider: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "WAIT_S", 0.3)
    held = Held({"access_token": "late", "refresh_token": "next", "expires_in": 3600})
    provider.answers["/token"] = held
    async with processes(f"sqlite:///{tmp_path / 'db.sqlite3'}", provider) as (first, second):
        stopped = asyncio.create_task(first.refresher.fresh(ID))
        await asyncio.to_thread(provider.wait_for, "/token")
        with pytest.raises(SignInError, match="in time"):
            await second.refresher.fresh(ID)
        provider.answers.clear()
        later = Process(second.engine, provider, now=time.time() + 3600)
        tokens = await later.refresher.fresh(ID)
        assert tokens is not None
        held.released.set()
        await stopped
        assert await second.refresher.fresh(ID) == tokens, "a late answer replaces nothing"


async def test_a_provider_that_does_not_answer_is_given_up(
    url: str, provider: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "ANSWER_S", 0.5)
    provider.answers["/token"] = Endless()
    async with processes(url, provider) as (first, _):
        with pytest.raises(SignInError, match="did not answer"):
            await first.refresher.fresh(ID)
        provider.answers.clear()
        assert await first.refresher.fresh(ID) is not None


class Behind:
    """A database in which another process refreshes between a read and what follows it."""

    def __init__(self, engine: Engine, other: Process) -> None:
        self._engine, self._other = engine, other

    async def read(self, work: Callable[[Tx], T]) -> T:
        found = await self._engine.read(work)
        await self._other.refresher.fresh(ID)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


async def test_what_was_refreshed_in_the_meantime_is_not_refreshed_again(
    url: str, provider: Forger
) -> None:
    async with processes(url, provider) as (first, second):
        behind = Process(Behind(first.engine, second), provider)
        tokens = await behind.refresher.fresh(ID)
        assert tokens is not None
        assert tokens.refresh == "rotated"
        assert provider.asked.count("/token") == 1
        assert await first.refresher.fresh(ID) == tokens


async def test_those_in_use_are_refreshed_before_they_expire(url: str, provider: Forger) -> None:
    async with processes(url, provider) as (first, second):
        await asyncio.gather(first.refresher.renew([ID, "other"]), second.refresher.renew([ID]))
        await first.refresher.renew([ID])
        assert provider.asked.count("/token") == 1


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (Tokens("access", None, None, time.time() + 3600), "access"),
        (Tokens("access", None, None, None), "access"),
        (Tokens("access", None, None, time.time() - 1), None),
    ],
)
async def test_tokens_that_cannot_be_refreshed_hold_until_they_expire(
    tmp_path: Path, provider: Forger, tokens: Tokens, expected: str | None
) -> None:
    url = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    async with processes(url, provider, tokens) as (first, _):
        found = await first.refresher.fresh(ID)
        assert (found and found.access) == expected
        await first.refresher.renew([ID])
        assert provider.asked == []
