"""The list of threads of one tab, and what its events do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from swell.chat import NewPrompt
from swell.chat.page.sidebar import WINDOW, Sidebar
from swell.chat.records import Thread
from swell.chat.store import Store, open_store
from swell.parts import Text

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = open_store("memory")
    await opened.open()
    yield opened
    await opened.close()


async def threads(store: Store, *titles: str) -> list[Thread]:
    """Begin a thread of each title, with an answer."""
    user, made = await store.user("anna"), []
    for title in titles:
        prompt = NewPrompt([Text(title)], title=title)
        accepted = await store.accept(user.id, prompt, action_id=title)
        await store.start(accepted.run.id)
        await store.finish(accepted.run.id, "done", [Text("Yes.")])
        made.append(await store.thread(user.id, accepted.thread.id))
    return made


async def sidebar(store: Store, active: str = "") -> Sidebar:
    made = Sidebar(store, await store.user("anna"), lambda thread_id: thread_id == active)
    await made.load()
    return made


def shown(list_: Sidebar) -> list[str]:
    return [item.title for item in list_.card()["items"]]


async def test_the_newest_is_first_and_a_running_one_is_marked(store: Store) -> None:
    first, second = await threads(store, "one", "two")
    listed = await sidebar(store, active=first.id)
    assert shown(listed) == ["two", "one"]
    assert [item.active for item in listed.card()["items"]] == [None, True]
    user = await store.user("anna")  # and one that another process makes
    prompt = NewPrompt([Text("more")], second.id)
    await store.accept(user.id, prompt, action_id="more")
    await listed.load()
    assert [item.active for item in listed.card()["items"]] == [True, True]
    assert listed.put(first)
    assert shown(listed) == ["two", "one"], "at its place"
    assert listed.change(first.id, updated=second.updated + 1, title="uno")
    assert shown(listed) == ["uno", "two"]


EVENTS: dict[str, tuple[Any, list[str]]] = {
    "rename": ({"title": "  a \n name "}, ["two", "a name"]),
    "pin": ({"on": True}, ["one", "two"]),
    "archive": ({"on": True}, ["two"]),
    "delete": ({}, ["two"]),
}


@pytest.mark.parametrize("event", EVENTS)
async def test_an_event_about_a_thread(store: Store, event: str) -> None:
    first, _ = await threads(store, "one", "two")
    data, left = EVENTS[event]
    listed = await sidebar(store)
    await listed.act(event, {"id": first.id, **data})
    assert shown(listed) == left


async def test_a_deleted_thread_is_offered_until_it_is_back(store: Store) -> None:
    [thread] = await threads(store, "one")
    listed = await sidebar(store)
    await listed.act("delete", {"id": thread.id})
    assert listed.card()["deleted"].title == "one"
    await listed.act("undo", {"id": thread.id})
    assert (shown(listed), listed.card()["deleted"]) == (["one"], None)


@pytest.mark.parametrize("data", [None, "words", {"id": "of nobody"}, {"id": 7, "on": True}])
async def test_an_event_that_names_no_thread_of_theirs_does_nothing(
    store: Store, data: object
) -> None:
    await threads(store, "one")
    listed = await sidebar(store)
    for event in ("rename", "pin", "archive", "delete", "undo", "what is this"):
        await listed.act(event, data)
    assert shown(listed) == ["one"]


async def test_more_are_loaded_when_they_are_asked_for(store: Store) -> None:
    await threads(store, *(f"thread {number}" for number in range(WINDOW + 2)))
    listed = await sidebar(store)
    assert (len(shown(listed)), listed.card()["more"]) == (WINDOW, True)
    await listed.act("more", {})
    assert (len(shown(listed)), listed.card()["more"]) == (WINDOW + 2, False)


async def test_a_list_of_hits_is_read_anew_when_something_changes(store: Store) -> None:
    [first, _] = await threads(store, "whales", "trains")
    listed = await sidebar(store)
    await listed.act("search", {"query": " whales "})
    assert (shown(listed), listed.card()["found"]) == (["whales"], "whales")
    assert not listed.put(first), "whether it is a hit says the store"
