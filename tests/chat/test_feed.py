"""Feed: a change reaches those whom it is about, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from swell.backplane.base import QUEUE_MAX
from swell.backplane.memory import Hub, MemoryBackplane
from swell.chat import ChatOptions, Turn
from swell.chat.app import ChatApp
from swell.chat.feed import Change, Feed, ThreadChanged, ThreadRenamed
from swell.chat.store import open_store
from swell.testing import serving
from swell.testing.chat import ChatTab


def test_a_person_hears_of_all_their_threads_and_of_nobody_elses() -> None:
    feed, heard = Feed(MemoryBackplane(), "test"), list[Change]()
    feed.subscribe("ann", heard.append)
    feed.publish("ann", ThreadRenamed("t", "Title"))
    feed.publish("bob", ThreadChanged("t"))
    assert heard == [ThreadRenamed("t", "Title")]


def test_who_reads_along_hears_of_one_thread_whoever_it_belongs_to() -> None:
    feed, heard = Feed(MemoryBackplane(), "test"), list[Change]()
    feed.read("t", heard.append)
    feed.publish("ann", ThreadChanged("t"))
    feed.publish("ann", ThreadChanged("u"))
    feed.publish("ann", ThreadChanged(""))
    assert heard == [ThreadChanged("t")]


class Tab:
    """Something that listens and changes."""

    def __init__(self) -> None:
        self.heard: list[Change] = []

    def hear(self, change: Change) -> None:
        self.heard.append(change)


def test_who_made_a_change_does_not_hear_of_it() -> None:
    feed, one, other = Feed(MemoryBackplane(), "test"), Tab(), Tab()
    for tab in (one, other):
        feed.subscribe("ann", tab.hear)
    feed.publish("ann", ThreadChanged("t"), by=one.hear)
    assert (len(one.heard), len(other.heard)) == (0, 1)


def test_nothing_is_kept_of_those_who_have_left() -> None:
    feed, tab = Feed(MemoryBackplane(), "test"), Tab()
    feed.subscribe("ann", tab.hear)
    feed.read("t", tab.hear)
    feed.unsubscribe("ann", tab.hear)
    feed.unread("t", tab.hear)
    feed.unread("t", tab.hear)
    feed.publish("ann", ThreadChanged("t"))
    assert tab.heard == []
    assert (feed._people, feed._readers, feed._ends) == ({}, {}, {})


def test_a_listener_may_leave_while_it_is_called() -> None:
    feed, heard = Feed(MemoryBackplane(), "test"), list[Change]()

    def once(change: Change) -> None:
        heard.append(change)
        feed.unsubscribe("ann", once)

    feed.subscribe("ann", once)
    feed.publish("ann", ThreadChanged("t"))
    feed.publish("ann", ThreadChanged("t"))
    assert len(heard) == 1


@pytest.mark.anyio
async def test_another_process_hears_which_thread_has_changed() -> None:
    hub = Hub()
    planes = MemoryBackplane(hub), MemoryBackplane(hub)
    here, there = (Feed(plane, "chat") for plane in planes)
    elsewhere = Feed(planes[1], "another app")
    for plane in planes:
        await plane.open()
    own, person, reader, stranger, other = (list[Change]() for _ in range(5))
    here.subscribe("ann", own.append)
    there.subscribe("ann", person.append)
    there.read("t1", reader.append)
    there.subscribe("bob", stranger.append)
    elsewhere.subscribe("ann", other.append)
    renamed = ThreadRenamed("t1", "Whales")
    here.publish("ann", renamed)
    await asyncio.sleep(0)  # one turn of the event loop
    assert own == [renamed]
    assert person == reader == [ThreadChanged("t1")]
    assert stranger == other == []
    there.unsubscribe("ann", person.append)
    there.unread("t1", reader.append)


@pytest.mark.anyio
async def test_a_gap_means_any_thread() -> None:
    hub = Hub()
    one, two = MemoryBackplane(hub), MemoryBackplane(hub)
    here, there = Feed(one, "chat"), Feed(two, "chat")
    await one.open()
    await two.open()
    missed = asyncio.Event()
    there.subscribe("ann", lambda change: missed.set() if change == ThreadChanged("") else None)
    for number in range(QUEUE_MAX + 1):
        here.publish("ann", ThreadRenamed("t1", str(number)))
    async with asyncio.timeout(10):
        await missed.wait()


@pytest.mark.anyio
async def test_a_tab_in_another_process_shows_the_end_of_an_answer() -> None:
    end = asyncio.Event()

    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield "Hello "
        await end.wait()
        yield "there."

    hub, store = Hub(), open_store(None, app="chat")
    options = ChatOptions(store=store, identify=lambda _: "ann")
    processes = [ChatApp(answer, options, name="chat") for _ in range(2)]
    async with AsyncExitStack() as stack:
        tabs = []
        for process in processes:
            backplane = MemoryBackplane(hub)
            await backplane.open()
            await process.start(backplane=backplane)
            stack.push_async_callback(process.stop)
            harness = await stack.enter_async_context(
                serving(process.serve, ack="handled", identify=options.identify)
            )
            tabs.append(ChatTab(await harness.tab()))
        one, two = tabs
        await one.send("Hi", wait=False)
        await one.says("Hello ")
        await two.open(one.address)
        end.set()
        await two.says("there.")
        assert two.status == "done"
