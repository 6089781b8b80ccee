"""Who may do what: each event of each card, sent by one person with the ids of another."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, get_args

import msgspec
import pytest

from swell import ui
from swell.cards.chatbot import Event
from swell.cards.threads import ThreadsEvent
from swell.chat import RunLimits, Turn
from swell.chat.runs.ask import ask_id
from swell.live.wire import Act
from swell.query import Q
from swell.testing.chat import ChatClient, ChatTab, chatting

pytestmark = pytest.mark.anyio

UNKNOWN = "f" * 32


async def answer(turn: Turn) -> AsyncIterator[object]:
    if turn.prompt == "Ask":
        await turn.ask(ui.textbox("city", "City"))
    elif turn.prompt == "Wait":
        yield "Begun"
        await asyncio.Event().wait()
    else:
        yield f"{turn.prompt}?"


class Ids(msgspec.Struct):
    """What belongs to one person, by its id."""

    thread: str
    running: str
    deleted: str
    prompt: str
    answer: str
    removed: str
    question: str
    upload: str


@asynccontextmanager
async def two_people() -> AsyncIterator[tuple[ChatClient, ChatTab, Ids]]:
    """Serve a chat in which Ann has one of everything, and Bob has a chat that is answered."""

    names: dict[str, str] = {}

    def who(q: Q) -> str:
        return names.setdefault(q.session_id, "bob" if names else "ann")

    limits = RunLimits(flush_s=3600)  # nothing is stored on its own while the events are tried
    async with chatting(answer, identify=who, attachments=True, limits=limits) as ann:
        await ann.send("Deleted")
        deleted = ann.address.removeprefix("t/")
        await ann.page.event("threads", "delete", {"id": deleted})
        await ann.send("Asked")
        thread = ann.address.removeprefix("t/")
        await ann.page.event("chat", "feedback", {"id": ann.messages[1]["id"], "positive": True})
        await ann.edit(0, "Asked again")
        await ann.send("Removed")
        removed = ann.messages[2]["id"]
        await ann.delete(2)
        await ann.page.act("new_link", thread)
        asking = await ann.tab()
        await asking.send("Ask", wait=False)
        await asking.page.until(lambda _: question(asking))
        running = await ann.tab()
        await running.send("Wait", wait=False)
        await running.says("Begun")
        ids = Ids(
            thread=thread,
            running=running.address.removeprefix("t/"),
            deleted=deleted,
            prompt=ann.messages[0]["id"],
            answer=ann.messages[1]["id"],
            removed=removed,
            question=question(asking),
            upload=await ann.page.upload("a.txt", b"Ann's"),
        )
        bob = await ann.tab("bob")
        await bob.send("Wait", wait=False)
        await bob.says("Begun")
        yield ann, bob, ids


def question(tab: ChatTab) -> str:
    """Return the id of the question that a tab shows, empty when it shows none."""
    shown = str(tab.messages[-1]["parts"]) if tab.messages else ""
    name = next((word for word in shown.split("'") if word.startswith("ask-")), None)
    return ask_id(name) or ""


ALL = Ids(*[UNKNOWN] * 8)

MESSAGE: dict[Event, Callable[[Ids], Any]] = {
    "stop": lambda ids: {"id": ids.running},
    "scroll_up": lambda ids: {"id": ids.answer},
    "scroll_down": lambda ids: {"id": ids.answer},
    "latest": lambda ids: {"id": ids.answer},
    "feedback": lambda ids: {"id": ids.answer, "positive": False, "comment": "Mine"},
    "suggestion": lambda ids: ids.prompt,
    "edit": lambda ids: {"id": ids.prompt, "content": "Mine"},
    "regenerate": lambda ids: {"id": ids.answer},
    "branch": lambda ids: {"id": ids.prompt, "step": -1},
    "delete": lambda ids: {"id": ids.prompt},
    "submit": lambda ids: {"text": "Mine", "files": [ids.upload]},
    "search": lambda ids: {"query": "asked", "id": ids.thread},
    "jump": lambda ids: {"id": ids.answer},
}
THREADS: dict[ThreadsEvent, Callable[[Ids], list[Any]]] = {
    "select": lambda ids: [{"id": ids.thread}],
    "new": lambda ids: [{"id": ids.thread}],
    "rename": lambda ids: [{"id": ids.thread, "title": "Mine"}],
    "pin": lambda ids: [{"id": ids.thread, "on": True}],
    "archive": lambda ids: [{"id": ids.thread, "on": True}],
    "delete": lambda ids: [{"id": ids.thread}, {"id": ids.running}],
    "undo": lambda ids: [{"id": ids.deleted}],
    "search": lambda ids: [{"query": "asked", "id": ids.thread}],
    "more": lambda ids: [{"id": ids.thread}],
    "command": lambda ids: [
        {"id": ids.thread, "name": "share"},
        {"id": ids.thread, "name": "export"},
    ],
}


def submitted(name: str, **values: Any) -> Act:
    return Act(str(uuid.uuid4()), {name: True, **values}, name)


def controls(ids: Ids) -> Iterator[Act]:
    """Yield what the buttons and fields of panels, notices, questions and addresses send."""
    yield submitted("undelete", undelete=ids.removed)
    yield submitted("restore", restore=ids.deleted)
    yield submitted("unshare", unshare=ids.thread)
    yield submitted("new_link", new_link=ids.thread)
    yield submitted(f"ask-{ids.question}-submit", **{f"ask-{ids.question}-city": "Oslo"})
    yield submitted("settings", id=ids.thread)
    yield submitted("save_settings", id=ids.thread)
    yield submitted("archived", id=ids.thread)
    yield submitted("close_panel", id=ids.thread)
    yield submitted("#", **{"#": f"t/{ids.thread}"})
    yield submitted("#", **{"#": f"m={ids.answer}"})
    files = {"text": "", "files": [ids.upload]}
    yield Act(str(uuid.uuid4()), {}, "import", ("import", "submit", files))


def events(ids: Ids) -> Iterator[Act]:
    """Yield each event of each card, and each control, with these ids."""
    for event, made in MESSAGE.items():
        yield Act(str(uuid.uuid4()), {}, "chat", ("chat", event, made(ids)))
    for name, several in THREADS.items():
        for data in several(ids):
            yield Act(str(uuid.uuid4()), {}, "threads", ("threads", name, data))
    yield from controls(ids)


OWN = (("chat", "stop"), ("chat", "search"), "archived")
"""What is about the chat or the sidebar that Bob has open, and does something there."""


def test_the_table_has_each_event_of_each_card() -> None:
    assert set(MESSAGE) == set(get_args(Event))
    assert set(THREADS) == set(get_args(ThreadsEvent))


async def stored(chat: ChatClient, subject: str) -> object:
    """Return all that the store has of a person."""
    store = chat.server.app.store
    user = await store.user(subject)
    threads = [
        *await store.threads(user.id),
        *await store.threads(user.id, archived=True),
    ]
    found: list[object] = [threads, [one async for one in store.feedback()]]
    for thread in threads:
        found.append(await store.export(user.id, thread.id))
        found.append(await store.active_runs(thread.id))
    return found


async def test_no_event_touches_what_is_somebody_elses_and_none_tells_that_it_is_there() -> None:
    async with two_people() as (ann, bob, ids):
        before, shown = await stored(ann, "ann"), (ann.texts, ann.threads)
        mine, address = await stored(ann, "bob"), bob.address
        for theirs, unknown in zip(events(ids), events(ALL), strict=True):
            what = theirs.event[:2] if theirs.event else theirs.name
            if what in OWN:
                continue
            told = []
            for act in (theirs, unknown):
                ack = await bob.page.send(act)
                bar = bob.page.page["meta"].get("notification_bar")
                told.append((ack.st, ack.code, ack.msg, bar, bob.texts, bob.threads))
                if what == "#":
                    await bob.open(address)
            assert told[0] == told[1], what
            assert (ann.texts, ann.threads) == shown, what
            assert await stored(ann, "ann") == before, what
            assert await stored(ann, "bob") == mine, what
            assert bob.texts == ["Wait", "Begun"], what
            assert "panel" not in bob.page.page, what


async def test_what_is_about_the_open_chat_stays_in_it() -> None:
    async with two_people() as (ann, bob, ids):
        before = await stored(ann, "ann")
        await bob.page.event("chat", "search", {"query": "asked", "id": ids.thread})
        assert bob.page.page["chat"]["found"] == []
        await bob.page.event("chat", "stop", {"id": ids.running})
        assert bob.status == "stopped"
        assert await stored(ann, "ann") == before


@pytest.mark.parametrize("event", ["edit", "regenerate", "delete", "branch"])
async def test_an_event_about_a_message_of_another_chat_stops_nothing(event: str) -> None:
    async with chatting(answer) as chat:
        await chat.send("First")
        elsewhere = chat.messages[0]["id"]
        await chat.open("")
        await chat.send("Wait", wait=False)
        await chat.says("Begun")
        data = {"id": elsewhere, "content": "Other", "step": 1}
        act = Act(str(uuid.uuid4()), {}, "chat", ("chat", event, data))
        refused = await chat.page.send(act)
        assert (refused.st, refused.code) == ("err", "not_found")
        assert (chat.texts, chat.status) == (["Wait", "Begun"], "streaming")
