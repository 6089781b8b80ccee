"""Faults between a server and a real browser: what is in the DOM is what the server has."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.faults.frames import FrameProxy, often
from tests.faults.proxy import FaultProxy
from tests.faults.rig import FaultServer, Story, faulty, numbers, settings, text
from tests.seeds import Size

from .chat import box, messages, say, until, whole
from .conftest import NewPage

pytestmark = pytest.mark.e2e

READ = "all => all.map(one => one.textContent.trim())"


def open_chat(page: Page, port: int) -> None:
    """Open the app, and mark the document: a reload would lose the mark."""
    page.goto(f"http://127.0.0.1:{port}/")
    expect(box(page)).to_be_visible()
    whole(page)
    page.evaluate("window.__loaded = true")


def notice(page: Page) -> Locator:
    """Return what tells the person that the connection is away."""
    return page.get_by_text("Reconnecting")


def come_back(page: Page) -> None:
    """Tell the page that the network is there, as a browser does."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def shown(page: Page) -> list[str]:
    """Return the texts of the messages."""
    texts: list[str] = messages(page).evaluate_all(READ)
    return texts


def latest(page: Page) -> str:
    """Return the text of the last message; a prompt just sent may not be drawn yet."""
    return (shown(page) or [""])[-1]


def stored(server: FaultServer) -> list[list[str]]:
    """Return the texts of the messages of each page, as the server has them."""

    def read() -> list[list[str]]:
        pages = {id(c.page): c.page for c in server.broker.clients.values()}.values()
        return [
            [row.cells[0].strip() for row in page.state.cards["chat"]["data"].rows if row.cells]
            for page in pages
        ]

    return server.on_loop(read)


def wait_for(page: Page, condition: Callable[[], bool], nudge: bool = False) -> None:
    """Wait until something is true, while the page lives on."""

    def met() -> bool:
        if nudge:
            come_back(page)
        return condition()

    until(page, met, lambda: shown(page))


def same(page: Page, server: FaultServer) -> bool:
    """Whether the page shows what the server has."""
    return stored(server) == [shown(page)]


def check(page: Page, server: FaultServer, count: int) -> None:
    """Require every token once and in order, and nothing but what the server has."""
    assert numbers(latest(page)) == list(range(count))
    assert latest(page) == text(count).strip()
    assert same(page, server)
    assert page.evaluate("window.__loaded"), "the page was loaded again"


def test_r1_an_answer_survives_any_number_of_cuts(new_page: NewPage, seed: int, size: Size) -> None:
    rng = random.Random(seed)
    count = size(300, 2000)
    points = set(rng.sample(range(count), size(6, 50)))
    story = Story(pace_s=0.002)
    merging = settings(flush_interval_s=1 / 30)
    with faulty(story, merging) as server, FaultProxy(server.port) as proxy:

        async def cut_here(number: int) -> None:
            if number in points:
                client = next(iter(server.broker.clients.values()))
                while not client.connections:  # noqa: ASYNC110  # there must be something to cut
                    await asyncio.sleep(0.01)
                proxy.cut_soon()

        story.at = cut_here
        page = new_page()
        open_chat(page, proxy.port)
        say(page, str(count))
        wait_for(page, lambda: f"⟦{count - 1:06d}⟧" in latest(page), nudge=True)
        check(page, server, count)
        assert story.prompts == [str(count)]
        assert proxy.cuts >= len(points)
        expect(notice(page)).to_be_hidden()


def test_r1_the_notice_comes_and_goes_and_a_prompt_waits_for_the_network(
    new_page: NewPage,
) -> None:
    story = Story(pace_s=0.01)
    with faulty(story) as server, FaultProxy(server.port) as proxy:
        page = new_page()
        open_chat(page, proxy.port)
        say(page, "100")
        wait_for(page, lambda: "⟦000010⟧" in latest(page))
        proxy.offline()
        expect(notice(page)).to_be_visible()
        say(page, "typed offline: 20")
        box(page).fill("draft")
        proxy.online()
        come_back(page)
        expect(notice(page)).to_be_hidden()
        wait_for(page, lambda: latest(page) == text(20).strip())
        check(page, server, 20)
        assert story.prompts == ["100", "typed offline: 20"]
        assert shown(page)[::2] == story.prompts
        expect(box(page)).to_have_value("draft")
        # What could not be loaded while the network was away has been asked for again.
        expect(page.get_by_role("group", name="Message actions").last).to_be_attached()


def test_r3_frames_that_are_lost_doubled_or_swapped(
    new_page: NewPage, seed: int, size: Size
) -> None:
    count = size(200, 2000)
    story = Story(pace_s=0.005)
    beating = settings(beat_interval_s=1.0)
    with faulty(story, beating) as server, FrameProxy(server.port, often(seed, 0.05)) as proxy:
        page = new_page()
        open_chat(page, proxy.port)
        say(page, str(count))
        wait_for(page, lambda: f"⟦{count - 1:06d}⟧" in latest(page), nudge=True)
        check(page, server, count)
        assert proxy.faults > 0


def test_r4_the_browser_notices_a_connection_that_is_half_open(new_page: NewPage) -> None:
    story, gate = Story(), asyncio.Event()
    story.at = lambda number: gate.wait() if number == 5 else None
    beating = settings(beat_interval_s=1.0, beat_timeout_s=1.0)
    with faulty(story, beating) as server, FaultProxy(server.port) as proxy:
        page = new_page()
        page.clock.install()
        open_chat(page, proxy.port)
        say(page, "10")
        wait_for(page, lambda: latest(page) == text(5).strip())
        proxy.blackhole()
        server.on_loop(gate.set)
        page.clock.fast_forward(12_000)  # a beat each second, and ten seconds of grace
        wait_for(page, lambda: latest(page) == text(10).strip(), nudge=True)
        check(page, server, 10)
        assert story.prompts == ["10"]


def test_r15_five_tabs_of_a_shared_page_on_two_devices_converge(new_page: NewPage) -> None:
    story = Story(shared=True)
    with (
        faulty(story, mode="broadcast") as server,
        FaultProxy(server.port) as desk,
        FaultProxy(server.port) as phone,
    ):
        first, other = new_page(), new_page()
        tabs = [first, first.context.new_page(), first.context.new_page()]
        away = [other, other.context.new_page()]
        for tab in tabs:
            open_chat(tab, desk.port)
        for tab in away:
            open_chat(tab, phone.port)
        phone.offline()
        for number, tab in enumerate((*tabs, *away)):
            say(tab, f"from {number}: {number + 1}")
            box(tab).fill(f"draft {number}")
        wait_for(first, lambda: len(shown(first)) == 6)
        assert len(story.prompts) == 3
        phone.online()
        for tab in away:
            come_back(tab)
        for number, tab in enumerate((*tabs, *away)):
            expect(messages(tab)).to_have_count(10)
            wait_for(tab, partial(same, tab, server))
            expect(box(tab)).to_have_value(f"draft {number}")
        assert sorted(story.prompts) == [f"from {n}: {n + 1}" for n in range(5)]
        assert sorted(shown(first)[::2]) == sorted(story.prompts)
