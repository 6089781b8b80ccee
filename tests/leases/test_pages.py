"""Leases on shared pages: one process owns a page, and another one when that is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from swell.chat.store.databases import Databases
from swell.chat.store.processes import LEASE_S
from swell.leases.pages import PageLeases
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(postgres: PostgresServer, postgres_template: str) -> str:
    return new_database(postgres, postgres_template)


@pytest.fixture
async def both(url: str) -> AsyncIterator[tuple[PageLeases, PageLeases]]:
    """Two processes of one app."""
    databases = Databases()
    engines = [databases.lease(url) for _ in range(2)]
    one, two = (PageLeases(engine, engine.owner, "app") for engine in engines)
    await one.open()
    await two.open()
    yield one, two
    await one.close()
    await two.close()
    for engine in engines:
        await engine.close()


async def test_the_first_process_that_claims_a_page_owns_it(
    both: tuple[PageLeases, PageLeases],
) -> None:
    one, two = both
    assert await one.claim("/all") == one.process
    assert await two.claim("/all") == one.process
    assert await one.claim("/all") == one.process
    assert await two.claim("/other") == two.process


async def test_a_page_that_was_released_is_free(both: tuple[PageLeases, PageLeases]) -> None:
    one, two = both
    await one.claim("/all")
    await two.release("/all")  # not the owner: nothing happens
    assert await two.claim("/all") == one.process
    await one.release("/all")
    assert await two.claim("/all") == two.process


async def test_apps_with_the_same_address_have_separate_pages(
    both: tuple[PageLeases, PageLeases], url: str
) -> None:
    engine = Databases().lease(url)
    other = PageLeases(engine, "other", "another app")
    await both[0].claim("/all")
    await other.open()
    assert await other.claim("/all") == "other"
    await other.close()
    await engine.close()


async def test_a_silent_owner_is_replaced_and_learns_it_with_its_next_heartbeat(
    both: tuple[PageLeases, PageLeases], postgres: PostgresServer, url: str
) -> None:
    one, two = both
    lost: list[set[str]] = []
    one.lost = lost.append
    await one.claim("/all")
    await one.claim("/kept")
    silent = f"UPDATE processes SET seen = seen - {LEASE_S} WHERE id = '{one.process}'"
    postgres.execute(silent, url)
    assert await two.claim("/all") == two.process
    await one.beat()
    assert lost == [{"/all"}]
    assert await one.claim("/all") == two.process
    assert await two.claim("/kept") == one.process
    await one.beat()
    assert lost == [{"/all"}]  # reported once


async def test_a_process_that_ends_leaves_its_pages(both: tuple[PageLeases, PageLeases]) -> None:
    one, two = both
    await one.claim("/all")
    await one.close()
    assert await two.claim("/all") == two.process
