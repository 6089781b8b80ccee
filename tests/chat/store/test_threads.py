"""People and threads in a database: lists, titles, deleting, and links to share them."""

from __future__ import annotations

import asyncio

import pytest

from swell.chat.records import Thread
from swell.chat.store import Store
from swell.chat.store.threads import TITLE_MAX_CHARS, titled
from swell.errors import NotFoundError

from .asking import ask, texts

pytestmark = pytest.mark.anyio


async def test_a_person_is_made_once_and_keeps_the_newest_name(store: Store) -> None:
    made = await asyncio.gather(*(store.user("anna@example.com") for _ in range(20)))
    assert len({one.id for one in made}) == 1
    assert (await store.user("anna@example.com", "Anna")).name == "Anna"
    assert (await store.user("anna@example.com")).name == "Anna"
    assert (await store.user("ben@example.com")).id != made[0].id


async def test_a_visitor_is_stored_with_the_first_thing_that_is_kept(store: Store) -> None:
    visitor = await store.visitor("anna")
    assert not visitor.stored
    assert (await store.visitor("anna")).id == visitor.id
    kept = await store.keep(visitor)
    assert (kept.id, kept.stored) == (visitor.id, True)
    assert await store.visitor("anna") == kept


def test_a_title_is_one_short_line_with_something_in_it() -> None:
    assert titled("  two \n words ") == "two words"
    assert len(titled("x" * 1000)) == TITLE_MAX_CHARS


async def test_threads_are_listed_pinned_first_then_newest_first(store: Store) -> None:
    user = (await store.user("anna")).id
    made = [(await ask(store, user, f"prompt {number}")).thread for number in range(7)]
    await store.update_thread(user, made[2].id, pinned=True, title="  Kept \n here ")
    await store.update_thread(user, made[3].id, archived=True)
    await ask(store, user, "once more", made[0].id)
    expected = [made[place].id for place in (2, 0, 6, 5, 4, 1)]
    whole = await store.threads(user)
    assert [thread.id for thread in whole] == expected
    assert whole[0].title == "Kept here"
    found: list[Thread] = []
    while window := await store.threads(user, before=found[-1].id if found else None, limit=2):
        found += window
    assert [thread.id for thread in found] == expected
    assert [thread.id for thread in await store.threads(user, archived=True)] == [made[3].id]


async def test_a_deleted_thread_can_be_brought_back_until_it_is_purged(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await ask(store, user, "find me", answer="here")
    token = await store.share(user, made.thread.id)
    await store.delete_thread(user, made.thread.id)
    assert await store.threads(user) == []
    assert await store.search(user, "find") == []
    with pytest.raises(NotFoundError):
        await store.shared(token)
    assert await store.purge() == 0  # deleted less than a day ago
    await store.undelete_thread(user, made.thread.id)
    assert [hit.message_id for hit in await store.search(user, "find")] == [made.prompt.id]
    await store.delete_thread(user, made.thread.id)
    assert await store.purge(older_than_s=-1) == 3
    with pytest.raises(NotFoundError):
        await store.undelete_thread(user, made.thread.id)
    # What comes later is not taken for what was purged.
    await ask(store, user, "other", answer="words")
    assert await store.search(user, "find") == []


async def test_a_shared_thread_is_read_by_its_secret_until_that_is_revoked(store: Store) -> None:
    user = (await store.user("anna")).id
    made = await ask(store, user, "one", answer="uno")
    token = await store.share(user, made.thread.id)
    thread, messages = await store.shared(token)
    assert (thread.id, texts(messages)) == (made.thread.id, ["one", "uno"])
    assert thread.shared
    await store.unshare(user, made.thread.id)
    with pytest.raises(NotFoundError, match="shared thread"):
        await store.shared(token)
