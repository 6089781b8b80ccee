"""Op frames: short names for streamed paths, and what a reader does with frames out of turn."""

from __future__ import annotations

import json

import pytest

from swell.errors import OpError
from swell.live.buffer import Buffer
from swell.live.edits import AddCard, AppendRow, Assign
from swell.live.frames import SLOTS, FrameReader, Ops
from swell.live.ops import Append
from swell.live.page import LivePage
from swell.settings.table import Settings


def new_page() -> LivePage:
    page = LivePage("e", Settings(), lambda card: {})
    buffer = Buffer("list", ["content"])
    page.commit([AddCard("c", {"view": "chatbot", "box": "", "data": buffer})], now=0)
    return page


def say(page: LivePage, row: int, text: str) -> bytes:
    """Write a row and return its frame for a tab that was up to date."""
    before = page.seq
    page.commit([Assign("c", ["data", row], [text])], now=0)
    return page.frame(before)


def test_a_token_of_a_long_answer_costs_little_more_than_itself() -> None:
    page = new_page()
    page.commit([AppendRow("c", "data", ["x" * 8000])], now=0)
    first = json.loads(say(page, 0, "x" * 8000 + " and"))
    assert first == [3, 1, ["p", 0, ["c", "data", 0, "content"]], [0, 8000, " and"]]
    assert say(page, 0, "x" * 8000 + " and on") == b'[4,1,[0,8004," on"]]'


def read(reader: FrameReader, frame: bytes, seq: int) -> Ops:
    ops = reader.read(frame, seq)
    assert ops is not None
    return ops


def test_names_are_given_away_when_there_are_too_many_and_readers_follow() -> None:
    page, reader = new_page(), FrameReader()
    page.commit([AppendRow("c", "data", ["a"])] * (SLOTS + 5), now=0)
    seq = page.seq
    for length in (2, 3):
        for row in range(SLOTS + 5):
            ops = read(reader, say(page, row, "a" * length), seq)
            assert ops.o == [Append(["c", "data", row, "content"], length - 1, "a")]
            seq = ops.n


def test_a_reader_of_a_snapshot_knows_the_names_that_are_in_use() -> None:
    page = new_page()
    page.commit([AppendRow("c", "data", ["a"])], now=0)
    say(page, 0, "ab")
    seq = page.seq
    frame = say(page, 0, "abc")
    assert b'"p"' not in frame
    reader = FrameReader(page.snapshot().paths)
    assert read(reader, frame, seq).o == [Append(["c", "data", 0, "content"], 2, "c")]
    with pytest.raises(OpError, match="no path was named 0"):
        FrameReader().read(frame, seq)


def test_a_merged_frame_brings_the_names_that_were_given_on_the_way() -> None:
    page = new_page()
    page.commit([AppendRow("c", "data", ["a"])] * 3, now=0)
    seq = page.seq
    for row in range(3):
        say(page, row, "ab")
    ops = read(FrameReader(), page.frame(seq), seq)
    assert (ops.f, ops.n, len(ops.o)) == (seq + 1, seq + 3, 3)


OLD = b'[5,1,["p",0,["old"]]]'


def test_an_old_frame_changes_nothing_not_even_a_name() -> None:
    reader = FrameReader([["c", "data", 0, "content"]])
    assert reader.read(OLD, 5) is None
    with pytest.raises(OpError, match="have patch 3"):
        reader.read(OLD, 3)
    with pytest.raises(OpError, match="no path was named 7"):
        reader.read(b'[6,1,["p",0,["bad"]],[7,0,"x"]]', 5)
    assert read(reader, b'[6,1,[0,0,"x"]]', 5).o == [Append(["c", "data", 0, "content"], 0, "x")]


@pytest.mark.parametrize(
    "frame",
    [
        *[
            "[]",
            "[1]",
            "{}",
            "7",
            "[1,2]",
            "[6,0]",
            '[6,1,"x"]',
            "[6,1,[]]",
            '[6,1,["p",0]]',
            "[6,",
            "[6,1," + "[" * 5_000,
        ],
        *['[6,1,["p",64,["x"]]]', '[6,1,["p",true,["x"]]]', '[6,1,["q",["x"]]]'],
        *['[6,1,["p",0]]', '[6,1,"x"]'],
    ],
)
def test_a_malformed_frame_is_refused(frame: str) -> None:
    with pytest.raises(OpError):
        FrameReader([["x"]]).read(frame.encode(), 5)
