"""What one tab shows: the thread at its address, and what changes in it and around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest

from swell.chat import Turn
from swell.chat.feed import ThreadChanged
from swell.errors import StoreUnavailableError
from swell.testing.chat import ChatClient, ChatTab, chatting

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


def notice(tab: ChatTab) -> str:
    """Return the text of the notice that is shown, if one is."""
    bar: dict[str, Any] = tab.page.page["meta"].get("notification_bar") or {}
    return str(bar.get("text", ""))


def selected(tab: ChatTab) -> str | None:
    """Return the id of the thread that is marked in the sidebar."""
    found: str | None = tab.page.page["threads"].get("selected")
    return found


async def asked(chat: ChatClient, *prompts: str) -> str:
    """Begin a thread with these prompts, and return its address."""
    await chat.open("")
    for prompt in prompts:
        await chat.send(prompt)
    return chat.address


async def test_an_address_without_a_thread_is_a_new_chat() -> None:
    async with chatting(echo, greeting="Where to?") as chat:
        assert (chat.texts, selected(chat), chat.address) == ([], None, "")
        assert chat.page.page["chat"]["greeting"] == "Where to?"


async def test_a_thread_is_shown_at_its_address_with_its_title() -> None:
    async with chatting(echo) as chat:
        first, second = await asked(chat, "One"), await asked(chat, "Two", "Three")
        await chat.open(first)
        assert chat.texts == ["One", "One?"]
        assert (chat.page.page["meta"]["title"], selected(chat)) == ("One", first[2:])
        await chat.open(second)
        assert chat.texts == ["Two", "Two?", "Three", "Three?"]


@pytest.mark.parametrize("address", ["t/none", "s/none", "m=none"])
async def test_an_address_that_leads_nowhere_says_so_and_is_a_new_chat(address: str) -> None:
    async with chatting(echo) as chat:
        await asked(chat, "One")
        await chat.open(address)
        assert (chat.texts, selected(chat)) == ([], None)
        assert notice(chat)


async def test_the_thread_of_somebody_else_leads_nowhere() -> None:
    async with chatting(echo) as chat:
        address = await asked(chat, "One")
        other = await chat.server.tab("another browser", address)
        assert (other.texts, bool(notice(other))) == ([], True)


async def test_a_second_tab_shows_what_the_first_one_does() -> None:
    async with chatting(echo) as chat:
        address = await asked(chat, "One")
        other = await chat.server.tab(address=address)
        await chat.send("Two")
        await other.page.until(lambda _: other.texts == ["One", "One?", "Two", "Two?"])
        await other.done()


async def test_a_look_that_finds_nothing_new_sends_nothing() -> None:
    async with chatting(echo, identify=lambda _request: "anna") as chat:
        await asked(chat, "One")
        user = await chat.server.app.store.user("anna")
        other = await chat.server.tab(address=chat.address)
        for tab in (chat, other):
            tab.page.take_ops()
        chat.server.app.feed.publish(user.id, ThreadChanged(""))
        await chat.server.drain()
        assert [tab.page.take_ops() for tab in (chat, other)] == [[], []]


async def test_many_changes_at_once_are_one_look() -> None:
    async with chatting(echo, identify=lambda _request: "anna") as chat:
        await asked(chat, "One")
        store = chat.server.app.store
        user = await store.user("anna")
        await store.update_thread(user.id, chat.address[2:], title="Renamed elsewhere")
        chat.page.take_ops()
        for _ in range(500):
            chat.server.app.feed.publish(user.id, ThreadChanged(""))
        await chat.page.until(lambda _: chat.threads == ["Renamed elsewhere"])
        await chat.server.drain()
        assert len(chat.page.take_ops()) < 10


async def test_a_prompt_that_is_stored_is_shown_as_soon_as_the_store_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def wait(turn: Turn) -> AsyncIterator[str]:
        yield "Begun"
        await anyio.sleep_forever()

    async with chatting(wait) as chat:
        await chat.page.event("threads", "search", {"query": "whales"})
        store = chat.server.app.store
        threads = store.threads

        async def fail_once(*args: Any, **more: Any) -> Any:
            monkeypatch.setattr(store, "threads", threads)
            raise StoreUnavailableError("the connection broke")

        monkeypatch.setattr(store, "threads", fail_once)
        assert (await chat.send("One", wait=False)).st == "ok"
        await chat.says("Begun")
        assert chat.texts == ["One", "Begun"]
