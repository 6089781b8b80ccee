"""Pages of threads: edits of several processes on one page, a store that is away, bounds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any, Self

import pytest

from swell import ui
from swell.backplane.memory import Hub, MemoryBackplane
from swell.chat import Event, ThreadPage, Turn
from swell.chat.feed import Feed
from swell.chat.records import User
from swell.chat.thread_page import ThreadPages
from swell.errors import CardError, StoreUnavailableError
from swell.page.page import PageBase
from swell.schema.data import data
from swell.testing.chat import ChatTab
from tests.postgres import PostgresServer, new_database

from .processes import processes

pytestmark = pytest.mark.anyio

ANN = User("ann", "ann", None, 0.0)


class Memory:
    """A store with nothing but pages, which may be away."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[int, str, str]] = {}
        self.away = 0
        self.lost = 0  # replies

    async def thread_page(self, thread_id: str) -> tuple[int, str, str] | None:
        await asyncio.sleep(0)
        return self.kept.get(thread_id)

    async def put_thread_page(self, thread_id: str, version: int, state: str, writer: str) -> bool:
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise StoreUnavailableError("away")
        if self.kept.get(thread_id, (0, "", ""))[0] != version:
            return False
        self.kept[thread_id] = (version + 1, state, writer)
        if self.lost:
            self.lost -= 1
            raise StoreUnavailableError("the reply was lost")
        return True


def layout(page: ThreadPage) -> None:
    page["log"] = ui.markdown_card("page", "Log", "", data=data("line", t="list"))
    page["form"] = ui.form_card("page", [ui.text("0", name="n")])


def lines(page: ThreadPage) -> list[str]:
    """Return the rows of the log."""
    return [
        cells[0] for _, cells in dict(page._shared.state.to_json()["cards"])["log"]["data"]["r"]
    ]


class Service:
    """Processes with one store, as far as pages of threads need them."""

    def __init__(self, count: int) -> None:
        self.store, self.hub = Memory(), Hub()
        self.pages: list[ThreadPages] = []
        self._count = count

    async def __aenter__(self) -> Self:
        for _ in range(self._count):
            plane = MemoryBackplane(self.hub)
            await plane.open()
            self.pages.append(ThreadPages(self.store, Feed(plane, "test"), layout, 100_000))
        return self

    async def __aexit__(self, *_: object) -> None:
        for one in self.pages:
            await one.end()

    async def page(self, number: int = 0) -> ThreadPage:
        """Return the page of the thread at a process."""
        return ThreadPage(await self.pages[number].open("thread", ANN))


def say(page: PageBase, text: str) -> None:
    """Change the text on the form."""
    page["form"].items[0].text.content = text


def text_of(page: ThreadPage) -> str:
    """Return the text on the form."""
    return str(page._shared.state.cards["form"]["items"][0]["text"]["content"])


async def until(check: Any) -> None:
    """Wait for something, 10 s at most."""
    async with asyncio.timeout(10):
        while not check():  # noqa: ASYNC110  # in another process
            await asyncio.sleep(0.01)


async def test_another_process_shows_a_change() -> None:
    async with Service(2) as service:
        here, there = await service.page(0), await service.page(1)
        say(here, "1")
        await here.flush()
        await until(lambda: text_of(there) == "1")


async def test_a_page_that_is_opened_later_is_as_it_was_stored() -> None:
    async with Service(2) as service:
        here = await service.page(0)
        say(here, "1")
        await here.flush()
        assert text_of(await service.page(1)) == "1"


async def test_edits_of_two_processes_at_the_same_time_are_both_there() -> None:
    async with Service(2) as service:
        here, there = await service.page(0), await service.page(1)
        say(here, "1")
        there["new"] = ui.markdown_card("page", "New", "card")
        await asyncio.gather(here.flush(), there.flush())
        for page in (here, there):
            await until(lambda page=page: "new" in page._shared.state.cards)
            await until(lambda page=page: text_of(page) == "1")


async def test_whatever_two_processes_do_they_end_alike(seed: int) -> None:
    choice = random.Random(seed)
    async with Service(3) as service:
        pages = [await service.page(number) for number in range(3)]
        for step in range(60):
            page = choice.choice(pages)
            kind = choice.randrange(4)
            if kind == 0:
                say(page, str(step))
            elif kind == 1:
                page[f"card{choice.randrange(3)}"] = ui.markdown_card("page", "", str(step))
            elif kind == 2:
                del page[f"card{choice.randrange(3)}"]
            else:
                page["form"].title = str(step)
            service.store.away = choice.choice((0, 0, 0, 1))
            await page.save()
            for _ in range(choice.randrange(5)):
                await asyncio.sleep(0)
        service.store.away = 0
        for page in pages:
            await page.flush()
        stored = service.store.kept["thread"][1]

        def alike() -> bool:
            from swell.live.ops import encode

            return all(encode(p._shared.state.to_json()).decode() == stored for p in pages)

        await until(alike)


async def test_a_store_that_is_away_is_tried_again() -> None:
    async with Service(1) as service:
        page = await service.page()
        service.store.away = 2
        say(page, "1")
        await page.save()
        assert text_of(page) == "1"
        await page.flush()
        assert service.store.kept["thread"][0] == 1


async def test_a_lost_reply_doubles_nothing() -> None:
    async with Service(1) as service:
        page = await service.page()
        service.store.lost = 1
        page["log"].data += ["once"]
        await page.flush()
        assert lines(page) == ["once"]


async def test_a_page_that_is_not_used_is_let_go() -> None:
    async with Service(1) as service:
        pages = service.pages[0]
        page = await service.page()
        say(page, "1")
        await page.save()
        pages.close("thread")
        await until(lambda: not pages._open)
        assert service.store.kept["thread"][0] == 1


async def test_only_the_panel_and_the_dialog_of_the_chat_s_own_cards_can_be_set() -> None:
    async with Service(1) as service:
        page = await service.page()
        with pytest.raises(CardError, match="part of the chat"):
            page["meta"].theme = "dark"
        with pytest.raises(CardError, match="part of the chat"):
            page["chat"].placeholder = "x"
        with pytest.raises(CardError, match="a card of the chat"):
            del page["threads"]


async def test_a_tab_at_another_process_shows_what_an_answer_does(
    postgres: PostgresServer, postgres_template: str
) -> None:
    go = asyncio.Event()

    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield "Hello"
        say(turn.page, turn.prompt)
        await turn.page.save()
        await go.wait()

    async def slider(event: Event) -> None:
        say(event.page, f"slider {event.value}")

    def shows(tab: ChatTab) -> str:
        return str(tab.page.page["form"]["items"][0]["text"]["content"])

    url = new_database(postgres, postgres_template)
    async with processes(answer, answer, url=url, page=layout, on={"slider": slider}) as (one, two):
        first = await one.tab()
        await first.send("one", wait=False)
        await first.says("Hello")
        second = await two.tab(first.address)
        await second.page.until(lambda _: shows(second) == "one")
        # The answer is made at the first process, and the user is at the second one.
        await second.page.act("slider", 7)
        await first.page.until(lambda _: shows(first) == "slider 7")
        assert shows(second) == "slider 7"
        go.set()
        await first.done()
        await second.done()
        assert (shows(first), shows(second)) == ("slider 7", "slider 7")
