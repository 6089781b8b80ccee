"""Shared chats: what ends with sharing, and what a tab shows when its chat goes."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from swell.chat import Turn
from swell.chat.store import open_store
from swell.live.wire import Act
from swell.settings.table import Settings
from swell.testing import moving_clock
from swell.testing.chat import ChatClient, ChatTab, chatting

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


async def share(chat: ChatClient) -> str:
    """Share the open chat, and return the address in the link."""
    id = chat.address.removeprefix("t/")
    await chat.page.event("threads", "command", {"id": id, "name": "share"})
    await chat.page.act("new_link", id)
    return link_in(chat)


def panel(chat: ChatClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = chat.page.page["panel"]["items"]
    return items


def link_in(chat: ChatClient) -> str:
    """Return the address in the link that the panel shows."""
    [link] = [item["copyable_text"]["value"] for item in panel(chat) if "copyable_text" in item]
    return str(link).partition("#")[2]


def notice(tab: ChatTab) -> str:
    return str((tab.page.page["meta"].get("notification_bar") or {}).get("text"))


def file_of(tab: ChatTab, index: int = 0) -> str:
    return str(tab.messages[index]["parts"][0]["url"])


async def unshare(chat: ChatClient, id: str) -> None:
    await chat.page.act("unshare", id)


async def delete_thread(chat: ChatClient, id: str) -> None:
    await chat.page.event("threads", "delete", {"id": id})


async def delete_message(chat: ChatClient, id: str) -> None:
    await chat.delete(0)


Ending = Callable[[ChatClient, str], Awaitable[None]]


@pytest.mark.parametrize("end", [unshare, delete_thread, delete_message])
async def test_text_and_files_go_from_open_tabs_when_sharing_ends(end: Ending) -> None:
    async with chatting(echo, attachments=True) as chat:
        await chat.attach("Secret", [("plan.txt", b"the plan")])
        own = file_of(chat)
        link = await share(chat)
        reader = await chat.tab("reader", link)
        url = file_of(reader)
        assert reader.texts == ["Secret", "Secret?"]
        assert await reader.page.download(url) == b"the plan"
        assert await reader.page.download(own) is None
        away = await chat.tab("away", link)
        await away.drop()
        await end(chat, chat.address.removeprefix("t/"))
        await reader.page.until(lambda _: reader.texts == [])
        assert await reader.page.download(url) is None
        await away.back()
        await away.page.until(lambda _: away.texts == [])


async def test_a_reader_learns_that_sharing_has_ended() -> None:
    async with chatting(echo) as chat:
        await chat.send("Secret")
        reader = await chat.tab("reader", await share(chat))
        await unshare(chat, chat.address.removeprefix("t/"))
        await reader.page.until(lambda _: "no longer shared" in notice(reader))
        assert reader.texts == []
        assert chat.texts == ["Secret", "Secret?"]


async def test_text_and_files_go_from_open_tabs_when_a_link_expires() -> None:
    settings = Settings(share_expires_s=60.0)
    with moving_clock() as clock:
        store = open_store(None, clock=lambda: time.time())
        async with chatting(echo, store=store, attachments=True, server_settings=settings) as chat:
            await chat.attach("Secret", [("plan.txt", b"the plan")])
            link = await share(chat)
            assert re.search(r"works until 20\d\d-\d\d-\d\d \d\d:\d\d UTC", str(panel(chat)))
            reader = await chat.tab("reader", link)
            away = await chat.tab("away", link)
            await away.drop()
            url = file_of(reader)
            clock.move(50)
            assert await reader.page.download(url) == b"the plan"
            assert reader.texts == ["Secret", "Secret?"]
            clock.move(10)
            await reader.page.until(lambda _: reader.texts == [])
            assert "no longer shared" in notice(reader)
            assert await reader.page.download(url) is None
            await away.back()
            await away.page.until(lambda _: away.texts == [])
            assert (await chat.tab("late", link)).texts == []
            assert chat.texts == ["Secret", "Secret?"]


async def test_a_link_is_shown_once_and_another_one_can_be_made() -> None:
    async with chatting(echo) as chat:
        await chat.send("Hello")
        id = chat.address.removeprefix("t/")
        first = await share(chat)
        assert "until" not in str(panel(chat))
        assert chat.page.page["threads"]["items"][0]["shared"] is True
        await chat.page.event("threads", "command", {"id": id, "name": "share"})
        assert first not in str(panel(chat))
        assert "**Hello** is shared" in str(panel(chat))
        await chat.page.act("new_link", id)
        second = link_in(chat)
        assert first != second
        readers = [await chat.tab(name, link) for name, link in (("a", first), ("b", second))]
        assert [reader.texts for reader in readers] == [["Hello", "Hello?"]] * 2
        await unshare(chat, id)
        await readers[0].page.until(lambda _: readers[0].texts == [])
        await readers[1].page.until(lambda _: readers[1].texts == [])
        assert chat.page.page["threads"]["items"][0].get("shared") is None


async def test_what_came_while_a_reader_was_away_is_not_sent_after_sharing_ended() -> None:
    async with chatting(echo) as chat:
        await chat.send("Open")
        reader = await chat.tab("reader", await share(chat))
        await reader.drop()
        reader.page.take_ops()
        await chat.send("Secret")
        await unshare(chat, chat.address.removeprefix("t/"))
        other = await chat.tab("other", "")
        await other.page.settle()
        await reader.back()
        assert reader.page.welcomes[-1] == "snapshot"
        assert "Secret" not in str(reader.page.take_ops())


async def test_readers_see_what_is_added_and_the_version_that_is_shown() -> None:
    async with chatting(echo) as chat:
        await chat.send("One")
        reader = await chat.tab("reader", await share(chat))
        await chat.send("Two")
        await reader.page.until(lambda _: reader.texts == ["One", "One?", "Two", "Two?"])
        await chat.edit(0, "Three")
        await reader.page.until(lambda _: reader.texts == ["Three", "Three?"])


async def test_export_files_go_when_the_form_closes_or_the_chat_is_deleted() -> None:
    async with chatting(echo) as chat:
        await chat.send("Hello")
        id = chat.address.removeprefix("t/")

        async def exported() -> list[str]:
            await chat.page.event("threads", "command", {"id": id, "name": "export"})
            items = chat.page.page["panel"]["items"]
            return [item["link"]["path"] for item in items if "link" in item]

        first = await exported()
        assert [await chat.page.download(url) is not None for url in first] == [True, True]
        await chat.page.act("close_panel")
        assert [await chat.page.download(url) for url in first] == [None, None]
        second = await exported()
        other = await chat.tab()
        await other.page.event("threads", "delete", {"id": id})
        await chat.page.until(lambda page: "panel" not in page)
        assert [await chat.page.download(url) for url in second] == [None, None]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "This chat was deleted in another tab."),
        ("de", "Dieser Chat wurde in einem anderen Tab gelöscht."),
    ],
)
async def test_a_chat_that_is_deleted_in_another_tab_says_so_and_can_be_brought_back(
    language: str, said: str
) -> None:
    async with chatting(echo, language=language) as chat:
        await chat.send("Hello")
        id = chat.address.removeprefix("t/")
        other = await chat.tab()
        await other.page.event("threads", "delete", {"id": id})
        await chat.page.until(lambda _: notice(chat) == said)
        assert chat.texts == []
        bar: dict[str, Any] = chat.page.page["meta"]["notification_bar"]
        assert bar["buttons"][0]["button"] == {"name": "restore", "label": label(bar), "value": id}
        act = Act(str(uuid.uuid4()), {"restore": id}, "restore")
        await chat.page.send(act)
        assert chat.texts == ["Hello", "Hello?"]
        assert notice(chat) == "None"


def label(bar: dict[str, Any]) -> str:
    return str(bar["buttons"][0]["button"]["label"])
