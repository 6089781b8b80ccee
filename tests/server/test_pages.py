"""Pages: at what pace the watchers of one are sent what is saved."""

from __future__ import annotations

import time

import pytest

from swell.live.connection import Connection
from swell.live.edits import AddCard, Assign
from swell.server.pacer import Paced, Pacer
from swell.server.pages import Pages, WatchedPage
from swell.settings.table import Settings


class Noting(Pacer):
    """A pacer that only notes who came."""

    def __init__(self) -> None:
        super().__init__(1.0)
        self.pages: list[Paced] = []

    def add(self, page: Paced, now: float) -> None:
        self.pages.append(page)


def saves(page: WatchedPage, count: int) -> None:
    for number in range(count):
        page.commit([Assign("c", ["content"], f"{time.monotonic()} {number}")])


@pytest.mark.anyio
async def test_a_stream_of_many_saves_a_frame_gets_fewer_frames() -> None:
    fast, slow, usual = Noting(), Noting(), Noting()
    page = WatchedPage(Settings(), ((5, fast), (2, slow), (0, usual)))
    page.commit([AddCard("c", {"view": "markdown", "box": "", "content": ""})])
    page.watchers.add(Connection(Settings(), 0.0, lambda: None))
    page.flush(1.0)
    for count, pacer in ((1, usual), (2, usual), (4, slow), (5, slow), (6, fast), (1, fast)):
        waiting = len(pacer.pages)
        saves(page, count)
        assert len(pacer.pages) == waiting + 1
        page.flush(2.0)
    assert [len(one.pages) for one in (fast, slow, usual)] == [2, 2, 2]


@pytest.mark.anyio
async def test_a_quiet_page_may_send_three_frames_at_once() -> None:
    page = WatchedPage(Settings(), ((0, Noting()),))
    left = []
    for now in (10.0, 10.01, 10.02, 10.03, 10.1, 11.0):
        page.flush(now)
        left.append(page.burst)
    assert left == [2, 1, 0, 0, 0, 2]


@pytest.mark.anyio
async def test_a_source_saves_into_the_next_frame_however_often_it_has_changed() -> None:
    pacer = Noting()
    page = WatchedPage(Settings(), [(0, pacer)])
    page.commit([AddCard("c", {"view": "markdown", "box": "", "content": "-"})])
    words = list("Hello")
    shown: list[str] = []

    def save() -> None:
        shown.append("".join(words))
        page.commit([Assign("c", ["content"], shown[-1])])

    for _ in words:
        page.when_due(save)
    assert (len(pacer.pages), shown) == (1, [])
    page.flush(1.0)
    assert shown == ["Hello"]
    page.flush(2.0)  # the saved change itself asks for no further frame
    assert (len(pacer.pages), shown) == (1, ["Hello"])


@pytest.mark.anyio
async def test_changes_of_a_source_set_the_pace_as_saves_do() -> None:
    slow, usual = Noting(), Noting()
    page = WatchedPage(Settings(), ((2, slow), (0, usual)))
    for changes in (2, 1):
        for _ in range(changes):
            page.when_due(lambda: None)
        page.flush(1.0)
    page.when_due(lambda: None)
    assert (len(usual.pages), len(slow.pages)) == (2, 1)


@pytest.mark.anyio
async def test_a_source_that_fails_stops_no_later_frame() -> None:
    def fail() -> None:
        raise RuntimeError("no text")

    pacer = Noting()
    page = WatchedPage(Settings(), [(0, pacer)])
    for frames in (1, 2):
        page.when_due(fail)
        assert len(pacer.pages) == frames
        with pytest.raises(RuntimeError):
            page.flush(1.0)


def covered(page: WatchedPage, seq: int) -> bool:
    return page.live.covers(page.live.epoch, seq)


@pytest.mark.anyio
async def test_patches_of_all_pages_together_are_bounded() -> None:
    """The pages that were sent to last keep theirs."""
    pages = Pages(Settings(ring_total_bytes=1_024))
    open_pages = [pages.open(f"page{number}") for number in range(4)]
    for number, page in enumerate(open_pages):
        page.commit([AddCard("c", {"view": "markdown", "box": "", "content": "x" * 200})])
        page.flush(float(number))
    pages.expire(time.monotonic())
    assert [covered(page, 0) for page in open_pages] == [False, False, False, True]
    assert all(covered(page, 1) for page in open_pages)


@pytest.mark.anyio
async def test_a_page_without_a_change_keeps_neither_patches_nor_a_snapshot() -> None:
    pages = Pages(Settings(ring_s=10))
    page = pages.open("page")
    page.commit([AddCard("c", {"view": "markdown", "box": "", "content": "x"})])
    first = page.live.snapshot()
    pages.expire(time.monotonic() + 5)
    assert covered(page, 0)
    assert page.live.snapshot() is first
    pages.expire(time.monotonic() + 11)
    assert not covered(page, 0)
    assert covered(page, 1)
    assert page.live.snapshot() is not first
