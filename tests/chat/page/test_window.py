"""Windows of long conversations: every message can be reached, in both directions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from swell.chat import Turn
from swell.chat.page.window import HELD_MAX
from swell.testing.chat import ChatClient, ChatTab, chatting

pytestmark = pytest.mark.anyio

LONG = 1_200


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


def exported(count: int) -> dict[str, Any]:
    """Return a conversation whose messages say `word0`, `word1` and so on."""
    messages = [
        {
            "id": str(i),
            "parent": str(i - 1) if i else None,
            "role": "assistant" if i % 2 else "user",
            "parts": [{"type": "text", "text": f"word{i}"}],
            "created": float(i),
        }
        for i in range(count)
    ]
    return {
        "format": "swell.thread",
        "version": 1,
        "title": "Long",
        "created": 0.0,
        "leaf": None,
        "messages": messages,
    }


async def long_thread(chat: ChatClient, count: int = LONG) -> str:
    """Store a long conversation of the person and return its address."""
    store = chat.server.app.store
    user = await store.user("anna")
    return f"t/{(await store.import_thread(user.id, exported(count))).id}"


def said(first: int, end: int) -> list[str]:
    return [f"word{i}" for i in range(first, end)]


def card(tab: ChatTab) -> dict[str, Any]:
    found: dict[str, Any] = tab.page.page["chat"]
    return found


async def test_scrolling_reaches_the_first_message_and_comes_back_to_the_last() -> None:
    async with chatting(echo, identify=lambda _: "anna") as chat:
        await chat.open(await long_thread(chat))
        assert chat.texts == said(LONG - 50, LONG)
        while not card(chat)["history_end"]:
            before = chat.texts
            await chat.page.event("chat", "scroll_up")
            assert chat.texts[50 : 50 + len(before)] == before[: HELD_MAX - 50]
            assert len(chat.texts) <= HELD_MAX
        assert chat.texts == said(0, HELD_MAX)
        assert card(chat)["newer"] is True
        while card(chat).get("newer"):
            before = chat.texts
            await chat.page.event("chat", "scroll_down")
            assert chat.texts[-50 - HELD_MAX + 50 : -50] == before[-HELD_MAX + 50 :]
            assert len(chat.texts) <= HELD_MAX
        assert chat.texts == said(LONG - HELD_MAX, LONG)


async def test_a_search_hit_far_back_opens_with_its_neighbours() -> None:
    async with chatting(echo, identify=lambda _: "anna") as chat:
        await chat.open(await long_thread(chat))
        await chat.page.event("chat", "search", {"query": "word100"})
        [hit] = [one for one in card(chat)["found"] if one["content"] == "word100"]
        await chat.page.event("chat", "jump", {"id": hit["id"]})
        assert chat.texts == said(50, 150)
        assert (card(chat)["history_end"], card(chat)["newer"]) == (False, True)
        await chat.page.event("chat", "scroll_down")
        assert chat.texts == said(50, 200)
        await chat.page.event("chat", "scroll_up")
        assert chat.texts == said(0, 200)
        await chat.page.event("chat", "latest")
        assert chat.texts == said(LONG - 50, LONG)
        assert not card(chat).get("newer")


async def test_a_prompt_leads_back_to_the_end() -> None:
    async with chatting(echo, identify=lambda _: "anna") as chat:
        address = await long_thread(chat)
        await chat.open(address)
        await chat.page.event("chat", "search", {"query": "word7"})
        hit = next(one for one in card(chat)["found"] if one["content"] == "word7")
        await chat.page.event("chat", "jump", {"id": hit["id"]})
        assert chat.texts == said(0, 100)
        other = await chat.tab(address=address)
        await other.send("More")
        await chat.page.settle()
        assert chat.texts == said(0, 100)
        await chat.send("And more")
        assert chat.texts[-4:] == ["More", "More?", "And more", "And more?"]
        assert not card(chat).get("newer")


async def test_a_hit_on_another_branch_shows_that_branch() -> None:
    async with chatting(echo, identify=lambda _: "anna") as chat:
        await chat.send("Apples")
        hit = chat.messages[1]["id"]
        await chat.edit(0, "Pears")
        assert chat.texts == ["Pears", "Pears?"]
        await chat.page.event("chat", "jump", {"id": hit})
        assert chat.texts == ["Apples", "Apples?"]


async def test_a_long_shared_thread_can_be_read_from_its_first_message() -> None:
    async with chatting(echo, identify=lambda _: "anna") as chat:
        address = await long_thread(chat, 160)
        store = chat.server.app.store
        user = await store.user("anna")
        token = await store.share(user.id, address.removeprefix("t/"))
        reader = await chat.tab("reader", f"s/{token}")
        assert reader.texts == said(110, 160)
        for _ in range(3):
            await reader.page.event("chat", "scroll_up")
        assert reader.texts == said(0, 160)
        assert card(reader)["history_end"] is True


async def test_the_window_stays_where_it_was_when_its_first_message_goes() -> None:
    async with chatting(echo, identify=lambda _: "anna") as chat:
        await chat.open(await long_thread(chat, 400))
        await chat.page.event("chat", "search", {"query": "word201"})
        [hit] = [one for one in card(chat)["found"] if one["content"] == "word201"]
        await chat.page.event("chat", "jump", {"id": hit["id"]})
        assert chat.texts == said(151, 251)
        await chat.delete(100 - 1)
        assert chat.texts == said(151, 250)
        assert not card(chat).get("newer")
        await chat.delete(0)
        assert chat.texts == said(101, 151)


async def test_a_link_to_a_message_opens_its_chat_there() -> None:
    async with chatting(echo, identify=lambda _: "anna") as chat:
        address = await long_thread(chat)
        await chat.open(address)
        await chat.page.event("chat", "search", {"query": "word300"})
        [hit] = [one for one in card(chat)["found"] if one["content"] == "word300"]
        linked = await chat.tab(address=f"m={hit['id']}")
        assert linked.texts == said(250, 350)
        await chat.open(f"m={hit['id']}")
        assert chat.texts == said(250, 350)
        assert chat.page.page["meta"].get("redirect") is None
        missing = await chat.tab("other", address=f"m={'0' * 32}")
        assert missing.texts == []
        assert "not there" in str(missing.page.page["meta"]["notification_bar"])
