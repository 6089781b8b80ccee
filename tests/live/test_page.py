"""LivePage: a save is one numbered patch or nothing, and watchers share its bytes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swell.cards.base import named_components
from swell.errors import LimitError, PlainValueError, RowError
from swell.live.buffer import Buffer
from swell.live.edits import AddCard, AppendRow, Assign, DropCard, Edit
from swell.live.frames import FrameReader, Ops
from swell.live.ops import Append, Insert, Set
from swell.live.page import LivePage
from swell.live.state import PageState
from swell.settings.table import Settings

from .histories import edit, image, recorded, steps, twin


def chat(kind: str = "list") -> AddCard:
    fields = ("content", "from_user")
    return AddCard("chat", {"view": "chatbot", "box": "1 1 4 8", "data": Buffer(kind, fields)})


def say(text: str) -> Edit:
    return Assign("chat", ["data", -1, "content"], text)


def new(limits: Settings | None = None) -> LivePage:
    return LivePage("epoch", limits or Settings(), named_components)


def started(limits: Settings | None = None) -> LivePage:
    page = new(limits)
    page.commit([chat(), AppendRow("chat", "data", ["", False])], now=0)
    return page


def frame(page: LivePage, seq: int) -> Ops:
    ops = FrameReader(page.names.to_json()).read(page.frame(seq), seq)
    assert ops is not None
    return ops


def test_each_save_that_changes_something_is_one_patch() -> None:
    page = started()
    assert page.seq == 1
    assert page.commit([say("He"), say("Hello")], now=1)
    assert page.seq == 2
    assert not page.commit([say("Hello")], now=2)
    assert not page.commit([DropCard("nobody"), Assign("nobody", ["x"], 1)], now=2)
    assert page.seq == 2


def test_streaming_costs_the_new_characters_however_long_the_answer_is() -> None:
    page = started()
    page.commit([say("first ")], now=0)
    page.commit([say("first one ")], now=0)  # gives the path its short name
    text, sizes = "first one ", []
    for i in range(50):
        text += "word " * 20
        page.commit([say(text)], now=i)
        sizes.append(len(page.frame(page.seq - 1)))
    assert max(sizes) - min(sizes) <= 6  # digits of position and number
    assert max(sizes) <= len("word " * 20) + 30


rows = st.tuples(st.text("aé😀", max_size=4), st.booleans(), st.sampled_from([None, "x", 1]))


@given(st.lists(rows, max_size=12), st.sampled_from(["list", "map", "cyclic"]))
def test_the_short_way_of_a_growing_text_does_what_the_long_one_does(
    written: list[tuple[str, bool, object]], kind: str
) -> None:
    fields = ("content", "from_user", "note")
    buffer = Buffer(kind, fields, capacity=5 if kind == "cyclic" else 0)
    card: Edit = AddCard("c", {"view": "v", "box": "1", "data": buffer})
    short, long = new(Settings(text_max_bytes=12)), new(Settings(text_max_bytes=12))
    said = ""
    for page in (short, long):
        page.commit([card, Assign("c", ["data", 0], ["", False, None])], now=0)
    for text, *rest in written:
        said = said + text if rest[0] else text
        row: Edit = Assign("c", ["data", 0], [said, *rest])
        nothing = DropCard("nobody")  # two edits in a save go the long way
        results = []
        for page, edits in ((short, [row]), (long, [row, nothing])):
            try:
                results.append(page.commit(edits, now=1))
            except LimitError as error:
                results.append(error.code == "limit")
        assert results[0] == results[1]
        assert image(short.state) == image(long.state)
        assert short.frame(0) == long.frame(0)


def test_tokens_that_nobody_has_looked_at_are_one_patch() -> None:
    page = started()
    row = "Wie gr\N{GRINNING FACE}"
    page.commit([Assign("chat", ["data", -1], [row[:1], False])], now=0)
    page.commit([Assign("chat", ["data", -1], [row, False], plain=True)], now=0)
    frame(page, 1)  # which closes the patch
    before = page.seq
    for token in ("\N{GRINNING FACE}", "o", "ß"):
        row += token
        assert page.tail is not None
        edit = page.tail.assigned("chat", ("data", -1), [row, False])
        assert edit is not None
        assert page.commit([edit], now=1)
    assert page.state.cards["chat"]["data"].rows[-1].cells[0] == row
    assert page.seq == before + 1
    assert frame(page, before).o == [
        Append(["chat", "data", 0, "content"], 8, "\N{GRINNING FACE}oß")
    ]


def test_a_text_that_gets_longer_in_other_words_is_another_text() -> None:
    page = started()
    page.commit([Assign("chat", ["data", -1], ["Hello", False])], now=0)
    before = page.seq
    page.commit([Assign("chat", ["data", -1], ["Hello you", False])], now=1)
    page.commit([Assign("chat", ["data", -1], ["Good evening", False])], now=1)
    assert page.state.cards["chat"]["data"].rows[-1].cells == ["Good evening", False]
    assert isinstance(frame(page, before).o[-1], Set)
    page.commit([Assign("chat", ["data", -1], ["Good evening, all", False])], now=2)
    assert frame(page, before + 2).o == [Append(["chat", "data", 0, "content"], 12, ", all")]


def test_what_else_is_saved_comes_behind_the_tokens_before_it() -> None:
    page = started()
    page.commit([Assign("chat", ["data", 0], ["Hel", False])], now=0)
    before = page.seq
    page.commit([Assign("chat", ["data", 0], ["Hello", False])], now=1)
    page.commit([AppendRow("chat", "data", ["next", False])], now=1)
    assert page.seq == before + 2
    first, second = frame(page, before).o
    assert isinstance(first, Append)
    assert first.text == "lo"
    assert isinstance(second, Insert)


@pytest.mark.parametrize("more", ["x" * 20, "\ud83d"])
def test_a_token_too_many_is_refused_when_it_is_saved(more: str) -> None:
    page = started(Settings(text_max_bytes=16))
    for text in ("12345678", "123456789"):
        page.commit([Assign("chat", ["data", -1], [text, False])], now=0)
    with pytest.raises((LimitError, PlainValueError)):
        page.commit([Assign("chat", ["data", -1], ["123456789" + more, False])], now=0)
    page.commit([Assign("chat", ["data", -1], ["1234567890", False])], now=0)
    assert page.state.cards["chat"]["data"].rows[-1].cells == ["1234567890", False]


def test_a_plain_property_streams_too_and_is_measured_as_a_browser_does() -> None:
    page = started()
    for text in ("😀", "😀!", "😀!!"):
        page.commit([Assign("chat", ["placeholder"], text)], now=1)
    assert msgspec.to_builtins(frame(page, 2).o) == [["a", ["chat", "placeholder"], 2, "!!"]]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (Assign("chat", ["data"], {"a": ["x", True]}), RowError),
        (Assign("chat", ["data", 0, "nothing"], 1), RowError),
        (say("half \ud83d"), PlainValueError),
        (Assign("chat", ["placeholder"], {"x": "half \ud83d"}), PlainValueError),
        (say("x" * 101), LimitError),
        (AppendRow("chat", "data", ["x" * 101, True]), LimitError),
        (Assign("chat", ["placeholder"], "x" * 101), LimitError),
    ],
)
def test_a_save_that_fails_in_the_middle_never_happened(bad: Edit, error: type[Exception]) -> None:
    page = started(Settings(text_max_bytes=100))
    page.commit([say("Hi")], now=1)
    state, seq = json.dumps(page.state.to_json()), page.seq
    shared, snapshot = page.frame(1), page.snapshot()
    good: list[Edit] = [
        say("Hi you"),
        AppendRow("chat", "data", ["new", True]),
        Assign("chat", ["generating"], True),
        AddCard("more", {"view": "markdown", "box": ""}),
        DropCard("chat"),
        chat(),
        AppendRow("chat", "data", ["again", True]),
    ]
    with pytest.raises(error):
        page.commit([*good, bad], now=2)
    assert json.dumps(page.state.to_json()) == state
    assert page.seq == seq
    assert page.frame(1) is shared
    assert page.snapshot() is snapshot
    page.commit([say("Hi there")], now=3)
    assert msgspec.to_builtins(frame(page, seq).o) == [
        ["a", ["chat", "data", 0, "content"], 2, " there"]
    ]


def test_a_page_has_a_bound() -> None:
    page = started(Settings(page_max_bytes=300_000))
    row: Edit = AppendRow("chat", "data", ["x" * 50_000, False])
    for i in range(4):
        page.commit([row], now=i)
    before = page.seq
    with pytest.raises(LimitError, match=r"page would exceed its limit of 300,000 bytes"):
        page.commit([row] * 2, now=9)
    assert page.seq == before
    assert len(json.dumps(page.state.to_json())) <= 300_000 * 1.1  # other white space
    page.commit([chat(), AppendRow("chat", "data", ["fresh", False])], now=20)
    assert page.seq == before + 1  # it can be made small again


def test_all_who_are_at_a_position_get_the_same_bytes() -> None:
    page = started()
    page.commit([say("He")], now=1)
    page.commit([say("Hello")], now=2)
    assert page.frame(1) is page.frame(1)
    assert page.frame(1) is not page.frame(2)
    assert page.snapshot() is page.snapshot()
    old = page.frame(1)
    page.commit([say("Hello!")], now=3)
    assert page.frame(1) != old
    assert (frame(page, 1).f, frame(page, 1).n) == (2, 4)


def test_a_frame_holds_merged_ops() -> None:
    page = started()
    for text in ("H", "He", "Hel", "Hello"):
        page.commit([say(text)], now=1)
    assert msgspec.to_builtins(frame(page, 2).o) == [
        ["a", ["chat", "data", 0, "content"], 1, "ello"]
    ]


def test_who_is_in_another_epoch_or_before_the_ring_needs_a_snapshot() -> None:
    page = started(Settings(ring_patches=2))
    for i, text in enumerate(("H", "He", "Hel")):
        page.commit([say(text)], now=i)
    assert [seq for seq in range(7) if page.covers("epoch", seq)] == [2, 3, 4]
    assert not page.covers("another", 3)
    assert json.loads(bytes(page.snapshot().state or b"")) == page.state.to_json()


def test_what_the_ring_keeps_does_not_change_with_the_page() -> None:
    page = new()
    items = [{"text": {"name": "t", "content": "a"}}]
    page.commit([AddCard("f", {"view": "form", "box": "", "items": items})], now=0)
    page.commit([Assign("f", ["items"], [{"text": {"name": "t", "content": "b"}}])], now=1)
    sent = page.frame(0)
    page.commit([Assign("f", ["t", "content"], "bcd", by_name=True)], now=2)
    first = FrameReader().read(sent, 0)
    assert first is not None
    client = PageState()
    client.apply(first.o)
    client.apply(frame(page, first.n).o)
    assert client.to_json() == page.state.to_json()


@settings(max_examples=150)
@given(history=steps())
def test_every_frame_brings_its_reader_exactly_up_to_date(history: list[Any]) -> None:
    page = new(Settings(ring_patches=8))
    copies = {0: PageState()}
    for i, step in enumerate(history):
        wanted = edit(step, page.state)
        if wanted is None:
            continue
        before = image(page.state)
        try:
            changed = page.commit(recorded([wanted], page.tail), now=i)
        except RowError:
            changed = False
        assert changed or image(page.state) == before
        copies[page.seq] = twin(page.state)
    for seq, copy in copies.items():
        if page.covers("epoch", seq):
            if seq < page.seq:
                copy.apply(frame(page, seq).o)
            assert image(copy) == image(page.state)
    assert page.covers("epoch", page.seq)
