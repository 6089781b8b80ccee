"""A replica is the owner's page, at the owner's positions."""

from __future__ import annotations

import random

import pytest

from swell.errors import OpError
from swell.live.edits import AddCard, Assign, DropCard, Extend
from swell.live.frames import FrameReader
from swell.live.page import LivePage
from swell.live.replica import Replica
from swell.live.state import PageState
from swell.settings.table import Settings


def chat(key: str = "chat") -> AddCard:
    rows = {"~b": "list", "f": ["text"], "r": [[0, ["Hel"]]]}
    return AddCard(key, {"view": "chatbot", "box": "1 1 1 1", "data": rows, "said": ""})


def owner(settings: Settings | None = None) -> LivePage:
    return LivePage("epoch", settings or Settings(), lambda _: {})


def replica_of(page: LivePage, settings: Settings | None = None) -> Replica:
    replica = Replica(page.epoch, settings or Settings())
    follow(replica, page)
    return replica


def follow(replica: Replica, page: LivePage) -> None:
    page.snapshot()
    replica.load(page.state.to_json(), page.seq, page.names.to_json())


class Tab:
    """A browser that applies what it is sent."""

    def __init__(self, page: LivePage) -> None:
        self.state = PageState()
        page.snapshot()
        self.state.load(page.state.to_json())
        self.seq = page.seq
        self.reader = FrameReader(page.names.to_json())

    def take(self, page: LivePage) -> None:
        if self.seq == page.seq:
            return
        found = self.reader.read(page.frame(self.seq), self.seq)
        assert found is not None
        self.state.apply(found.o)
        self.seq = found.n


def test_the_frame_of_the_owner_is_sent_on_as_it_is() -> None:
    page = owner()
    page.commit([chat()], 0)
    replica = replica_of(page)
    page.commit([Extend("chat", ["data", 0, "text"], "lo")], 1)
    frame = page.frame(1)
    assert replica.receive(frame, 1)
    assert replica.frame(1) is frame
    assert not replica.receive(frame, 1)  # once more: nothing happens
    assert replica.state.to_json() == page.state.to_json()


def test_tabs_at_any_position_of_the_replica_see_what_the_owner_has() -> None:
    choice = random.Random(1)
    page = owner()
    page.commit([chat()], 0)
    replica, sent, tabs = replica_of(page), page.seq, list[Tab]()
    for turn in range(400):
        match choice.randrange(5):
            case 0:
                page.commit([chat(f"c{choice.randrange(80)}")], turn)
            case 1:
                page.commit([DropCard(f"c{choice.randrange(80)}")], turn)
            case 2:
                page.commit([Assign("chat", ["said"], {"deep": [turn, {"x": "y"}]})], turn)
            case _:
                key = choice.choice(list(page.state.cards))
                page.commit([Extend(key, ["data", 0, "text"], f" {turn}")], turn)
        if choice.random() < 0.5 and page.seq > sent:
            assert replica.receive(page.frame(sent), turn)
            sent = page.seq
            assert replica.state.to_json() == page.state.to_json()
            tabs.append(Tab(replica))
        for tab in tabs:
            if choice.random() < 0.1 and tab.seq < replica.seq:
                assert replica.covers("epoch", tab.seq)
                tab.take(replica)
    for tab in tabs:
        tab.take(replica)
        assert tab.state.to_json() == replica.state.to_json()


def test_a_tab_resumes_where_a_frame_ended_and_nowhere_else() -> None:
    page = owner()
    page.commit([chat()], 0)
    replica = replica_of(page)
    for turn in range(3):
        page.commit([chat(f"c{turn}")], turn)
    replica.receive(page.frame(1), 3)
    assert [replica.covers("epoch", seq) for seq in range(6)] == [False, True, False, False, True,
                                                                  False]  # fmt: skip
    assert not replica.covers("another", 1)


def test_a_log_that_is_full_forgets_the_oldest_frames() -> None:
    page = owner()
    page.commit([chat()], 0)
    replica = replica_of(page, Settings(ring_patches=2))
    for turn in range(4):
        page.commit([chat(f"c{turn}")], turn)
        replica.receive(page.frame(page.seq - 1), turn)
    assert [replica.covers("epoch", seq) for seq in range(1, 6)] == [False, False, True, True, True]


def test_a_missing_frame_is_noticed_and_a_snapshot_mends_it() -> None:
    page = owner()
    page.commit([chat()], 0)
    replica = replica_of(page)
    page.commit([chat("a")], 1)
    page.commit([chat("b")], 2)
    with pytest.raises(OpError, match="have patch 1, got 3 to 3"):
        replica.receive(page.frame(2), 3)
    follow(replica, page)
    assert (replica.seq, replica.state.to_json()) == (3, page.state.to_json())
    assert not replica.covers("epoch", 1)
