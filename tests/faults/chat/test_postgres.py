"""PostgreSQL that dies, hangs up, is full or is slow: prompts wait in the browser, none is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import psycopg
import pytest

from swell.chat.store import schema
from swell.chat.store.engines.postgres import connect
from tests.faults.proxy import DOWN, UP, FaultProxy
from tests.faults.tokens import text
from tests.postgres import PostgresServer, new_database
from tests.seeds import Size

from .conftest import Serve
from .rig import ChatProcess, ChatTab, Shown, logged, same, submission

pytestmark = pytest.mark.anyio


@pytest.fixture
def killable() -> Iterator[PostgresServer]:
    """Start a server for a test that stops it."""
    server = PostgresServer()
    with connect(server.url()) as bound:
        schema.upgrade(bound)
        bound.commit()
    yield server
    server.close()


@pytest.fixture
def url(postgres: PostgresServer, postgres_template: str) -> str:
    """Name a new database of the server that all tests share."""
    return new_database(postgres, postgres_template)


async def ask_until_taken(tab: ChatTab, words: str) -> int:
    """Send a prompt, and the same again for as long as it is refused; return how often it was."""
    prompt, times = submission(words), 0
    before = len(tab.rows)
    while True:
        await tab.post(prompt)
        await tab.acked(prompt.id)
        if prompt.id not in tab.refused:
            break
        assert "Try again in a moment" in (tab.acks[-1].msg or "")
        times += 1
    await tab.until(lambda: len(tab.rows) == before + 2)
    await tab.done()
    assert tab.shown[-1] == Shown("assistant", text(3), "done")
    return times


async def exact(tab: ChatTab, chat: ChatProcess) -> None:
    """Require that each prompt is there once and ran once."""
    await same(tab, chat)
    calls = chat.notes("calls")
    assert len(calls) == len(set(calls))
    assert calls == chat.stored.prompts(tab.person)


async def test_r22_a_server_that_is_stopped_at_once_and_started_again(
    serve: Serve, killable: PostgresServer, person: str
) -> None:
    chat = serve(killable.url())
    async with ChatTab(chat.port, person) as tab:
        await tab.ask("before tell=3")
        await tab.submit("tell=30 hold=5")
        await tab.until(lambda: tab.text == text(5))
        await asyncio.to_thread(killable.kill)
        chat.go()
        await tab.until(lambda: tab.text == text(30))  # running answers continue
        prompt = submission("gone tell=3")
        await tab.post(prompt)
        await tab.acked(prompt.id)
        assert list(tab.refused) == [prompt.id]
        assert "could not be saved" in (tab.acks[-1].msg or "")
        assert tab.statuses[-1] == "streaming"  # it cannot be stored that it is done
        late = ChatTab(chat.port, person, address=tab.address)
        async with late:  # sees why it sees nothing, and what there is as soon as that is there
            assert "cannot be reached right now" in str(late.state.cards["meta"])
            await asyncio.to_thread(killable.start)
            await late.until(lambda: len(late.rows) >= 4)
            await late.done()
            assert "cannot be reached" not in str(late.state.cards["meta"])
        await tab.done()
        assert tab.shown[-1] == Shown("assistant", text(30), "done")
        await tab.post(prompt)
        await tab.acked(prompt.id)
        assert not tab.refused
        await tab.until(lambda: len(tab.rows) == 6)
        await tab.done()
        await exact(tab, chat)


@pytest.mark.parametrize("direction", [DOWN, UP])
async def test_r22_a_connection_to_the_database_that_is_cut_at_any_byte(
    serve: Serve,
    postgres: PostgresServer,
    url: str,
    person: str,
    seed: int,
    size: Size,
    direction: str,
) -> None:
    """When it is cut in a commit, the outcome is unknown, and the commit is repeated."""
    with FaultProxy(postgres.port) as proxy:
        chat = serve(url.replace(str(postgres.port), str(proxy.port)))
        chat.stored.url = url
        async with ChatTab(chat.port, person) as tab:
            for number in range(3):  # by then every statement is prepared that will be
                before = proxy.passed(direction)
                await ask_until_taken(tab, f"{number} tell=3")
            last = proxy.passed(direction) - before
            assert last > 1000
            rng = random.Random(seed)
            # The first one is reached whichever of the connections serves.
            for point in (rng.randrange(300), *rng.sample(range(last), size(5, 399))):
                if len(tab.rows) > 20:
                    await exact(tab, chat)
                    await tab.new_thread()
                proxy.cut_after(point, direction)
                await ask_until_taken(tab, f"{direction} {point} tell=3")
            await exact(tab, chat)
            assert proxy.cuts > 0


async def test_r22_no_connection_is_left(
    serve: Serve, postgres: PostgresServer, url: str, person: str
) -> None:
    role = url.rpartition("/")[2]
    postgres.execute(f"CREATE ROLE {role} LOGIN")
    with psycopg.connect(url, autocommit=True) as admin:
        for what in ("TABLES", "SEQUENCES"):
            admin.execute(f"GRANT ALL ON ALL {what} IN SCHEMA public TO {role}".encode())
    chat = serve(url.replace("swell@", f"{role}@"))
    chat.stored.url = url
    tabs = [ChatTab(chat.port, person) for _ in range(4)]
    for tab in tabs:
        await tab.__aenter__()
    postgres.execute(f"ALTER ROLE {role} CONNECTION LIMIT 2")
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename"
    postgres.execute(f"{end} = '{role}'")
    prompts = [[submission(f"{one} {two} tell=3") for two in range(2)] for one in range(4)]
    await asyncio.gather(
        *(tab.post(p) for tab, mine in zip(tabs, prompts, strict=True) for p in mine)
    )
    for tab, mine in zip(tabs, prompts, strict=True):
        for prompt in mine:
            await tab.acked(prompt.id)
    refused = [prompt for tab in tabs for prompt in tab.refused]
    assert refused
    await logged(chat, "too many connections")
    postgres.execute(f"ALTER ROLE {role} CONNECTION LIMIT -1")
    for tab in tabs:
        for prompt in list(tab.refused.values()):
            await tab.post(prompt)
            await tab.acked(prompt.id)
        assert not tab.refused
        await tab.until(lambda tab=tab: len(tab.rows) == 4)  # type: ignore[misc]
        await tab.done()
        assert {one.text for one in tab.shown[1::2]} == {text(3)}
        await same(tab, chat)
        await tab.__aexit__()
    words = sorted(prompt.args["chat"] for mine in prompts for prompt in mine)
    assert sorted(chat.stored.prompts(person)) == words
    assert sorted(chat.notes("calls")) == words


async def test_r22_a_statement_that_takes_too_long(serve: Serve, url: str, person: str) -> None:
    chat = serve(url, {"FAULT_STATEMENT_S": "1"})
    async with ChatTab(chat.port, person) as tab:
        await tab.submit("tell=30 hold=5")
        await tab.until(lambda: tab.text == text(5))
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE messages IN EXCLUSIVE MODE")
            chat.go()
            await tab.until(lambda: tab.text == text(30))
            prompt = submission("slow tell=3")
            await tab.post(prompt)
            await tab.acked(prompt.id)
            assert list(tab.refused) == [prompt.id]
            await logged(chat, "a statement took more than 1 s")
            assert tab.statuses == ["streaming"]
        await tab.done()
        assert tab.statuses == ["done"]
        await tab.post(prompt)
        await tab.acked(prompt.id)
        await tab.until(lambda: len(tab.rows) == 4)
        await tab.done()
        await exact(tab, chat)
