"""Pages: at what pace the watchers of one are sent what is saved."""

from __future__ import annotations

import time

from swell.live.connection import Connection, ConnectionLimits
from swell.live.edits import AddCard, Assign
from swell.live.page import Limits
from swell.server.pacer import Paced, Pacer
from swell.server.pages import DENSE, WatchedPage


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


def test_a_stream_of_many_saves_a_frame_gets_fewer_frames() -> None:
    usual, dense = Noting(), Noting()
    page = WatchedPage(Limits(), usual, dense)
    page.commit([AddCard("c", {"view": "markdown", "box": "", "content": ""})])
    page.watchers.add(Connection(ConnectionLimits(), 0.0, lambda: None))
    page.flush(1.0)
    for count, taken in ((1, [1, 0]), (DENSE, [2, 0]), (DENSE - 1, [2, 1]), (1, [3, 1])):
        saves(page, count)
        assert [len(usual.pages), len(dense.pages)] == taken
        page.flush(2.0)
