"""Actions: the table of what a tab can ask for says what its cards send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import get_args

import pytest

from swell.cards.chatbot import Event
from swell.chat import Turn
from swell.chat.page.actions import Actions
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


async def answer(_: Turn) -> AsyncIterator[str]:
    yield "Hello"


async def test_the_card_sends_the_events_that_have_an_action() -> None:
    async with chatting(answer) as chat:
        await chat.send("Hi")
        actions: Actions = chat.server.app.actions
        assert chat.page.page["chat"]["events"] == list(actions.chat_events)
        assert set(actions.chat_events) <= set(get_args(Event))
        assert {"submit", "edit", "regenerate", "stop", "branch", "delete"} <= set(
            actions.chat_events
        )


async def test_who_reads_a_shared_thread_can_only_move() -> None:
    async with chatting(answer) as chat:
        actions: Actions = chat.server.app.actions
        assert set(actions.reader_events) == {"scroll_up", "scroll_down", "jump", "latest"}


async def test_an_event_without_an_action_does_nothing() -> None:
    async with chatting(answer) as chat:
        await chat.send("Hi")
        await chat.page.event("chat", "reaction", {"id": chat.messages[0]["id"]})
        assert chat.texts == ["Hi", "Hello"]
