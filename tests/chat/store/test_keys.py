"""Keys that all processes on a database agree on."""

from __future__ import annotations

import asyncio

import pytest

from swell.chat.store import Store, open_store

pytestmark = pytest.mark.anyio


async def test_of_many_first_starts_one_makes_the_key(store: Store, url: str) -> None:
    others = [open_store(url, app=name) for name in ("sales", "support", "sales")]
    found = await asyncio.gather(*(one.key("session") for one in (store, *others)))
    for one in others:
        await one.close()
    assert len(set(found)) == 1
    assert len(found[0]) >= 32
    assert await store.key("session") == found[0]
    assert await store.key("links") != found[0]
