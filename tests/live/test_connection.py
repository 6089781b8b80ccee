"""Connection: what one socket gets and when, with the clock in the test's hand."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest

from swell.cards.base import named_components
from swell.errors import OpError, ProtocolError
from swell.live.buffer import Buffer
from swell.live.connection import Bucket, Connection
from swell.live.edits import AddCard, AppendRow, Assign, DropCard, Edit
from swell.live.frames import FrameReader
from swell.live.ops import Op
from swell.live.page import LivePage
from swell.live.state import PageState
from swell.live.wire import (
    CLOSE_HANDSHAKE,
    CLOSE_MALFORMED,
    CLOSE_NO_PONG,
    CLOSE_RATE,
    CLOSE_SLOW,
    Ack,
    Clear,
    Drain,
    End,
    ServerMessage,
    Welcome,
)
from swell.settings.table import Settings

HELLO = '{"t":"hello","v":1,"route":"/"}'
PONG = '{"t":"pong","s":0}'
LIMITS = Settings(flush_interval_s=0.1, beat_interval_s=25, beat_timeout_s=10, hello_timeout_s=10)


def page_with_a_text(ring: int = 100, epoch: str = "e") -> LivePage:
    page = LivePage(epoch, Settings(ring_patches=ring), named_components)
    data = Buffer("list", ["content"])
    page.commit([AddCard("c", {"view": "chatbot", "box": "", "data": data})], now=0)
    page.commit([AppendRow("c", "data", [""])], now=0)
    return page


def write(page: LivePage, text: str, now: float = 0) -> None:
    page.commit([Assign("c", ["data", -1, "content"], text)], now)


class Socket:
    """A connection with its woken-up flag, and a clock."""

    def __init__(self, limits: Settings = LIMITS) -> None:
        self.now = 1000.0
        self.woken = 0
        self.connection = Connection(limits, self.now, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def send(self, frame: str) -> Any:
        return self.connection.receive(frame, self.now)

    def attach(self, page: LivePage, seq: int | None = None) -> None:
        def welcome(mode: str = "snapshot") -> Welcome:
            state = page.snapshot().state if mode == "snapshot" else None
            s = page.seq if mode == "snapshot" else seq or 0
            return Welcome(mode, "id", page.epoch, s, 1, 25.0, {}, "", "anon", state)

        self.send(HELLO)
        self.connection.attach(page, "id", seq, welcome)
        if seq is not None:
            self.connection.push(welcome("resumed"))

    def take(self) -> dict[str, Any] | None:
        frame = self.connection.take(self.now)
        return None if frame is None else self._spelled(frame)

    def _spelled(self, frame: bytes) -> dict[str, Any]:
        """Return a message as it is; an op frame with its range and its paths spelled out."""
        message: Any = msgspec.json.decode(frame)
        if isinstance(message, dict):
            return message
        page = self.connection.page
        assert page is not None
        ops = FrameReader(page.names.to_json()).read(frame, message[0] - message[1])
        assert ops is not None
        return {"t": "ops", "f": ops.f, "n": ops.n, "o": msgspec.to_builtins(ops.o)}

    def drain(self) -> list[dict[str, Any]]:
        out = []
        while (message := self.take()) is not None:
            out.append(message)
        return out

    def code(self) -> int:
        with pytest.raises(ProtocolError) as closed:
            self.take()
        return closed.value.close_code


def test_a_browser_says_hello_first() -> None:
    socket = Socket()
    for frame in (PONG, '{"t":"act","id":"1"}', '{"t":"bye"}'):
        with pytest.raises(ProtocolError) as refused:
            socket.send(frame)
        assert refused.value.close_code == CLOSE_MALFORMED


def test_a_browser_says_hello_in_time() -> None:
    socket = Socket()
    assert socket.connection.due_in(socket.now) == 10
    socket.now += 9.99
    assert socket.take() is None
    socket.now += 0.01
    assert socket.code() == CLOSE_HANDSHAKE


def test_after_hello_the_time_for_it_does_not_matter() -> None:
    socket = Socket()
    socket.attach(page_with_a_text())
    socket.now += 11
    assert [message["t"] for message in socket.drain()] == ["welcome"]


def test_a_new_reader_gets_the_whole_page() -> None:
    page = page_with_a_text()
    write(page, "Hi")
    socket = Socket()
    socket.attach(page)
    [welcome] = socket.drain()
    assert (welcome["mode"], welcome["s"], welcome["e"]) == ("snapshot", 3, "e")
    assert welcome["state"] == page.state.to_json()
    write(page, "Hi!")
    socket.now += 1
    [ops] = socket.drain()
    assert (ops["f"], ops["n"]) == (4, 4)


@pytest.mark.parametrize(
    "message", [Ack("1", "ok"), End("1", "ok"), Clear(), Drain(5)], ids=lambda m: type(m).__name__
)
@pytest.mark.parametrize("seq", [None, 1])
def test_nothing_comes_before_the_welcome(message: ServerMessage, seq: int | None) -> None:
    page = page_with_a_text()
    socket = Socket()
    socket.attach(page, seq)
    socket.connection.push(message)
    assert socket.drain()[0]["t"] == "welcome"


def test_a_reader_that_comes_back_gets_what_it_missed_in_one_frame() -> None:
    page = page_with_a_text()
    for text in ("H", "He", "Hello"):
        write(page, text)
    socket = Socket()
    socket.attach(page, seq=3)
    welcome, ops = socket.drain()
    assert (welcome["mode"], welcome["s"], "state" in welcome) == ("resumed", 3, False)
    assert (ops["f"], ops["n"]) == (4, 5)
    assert ops["o"] == [["a", ["c", "data", 0, "content"], 1, "ello"]]


def test_the_first_op_leaves_at_once_and_later_ones_are_merged() -> None:
    page = page_with_a_text()
    socket = Socket()
    socket.attach(page)
    socket.drain()
    socket.now += 5
    write(page, "H")
    assert socket.connection.due_in(socket.now) == 0
    assert [message["n"] for message in socket.drain()] == [3]
    for text in ("He", "Hel", "Hell"):
        write(page, text)
        assert socket.drain() == []
    assert socket.connection.due_in(socket.now) == pytest.approx(0.1)
    socket.now += 0.1
    [ops] = socket.drain()
    assert (ops["f"], ops["n"]) == (4, 6)
    assert len(ops["o"]) == 1


def test_control_messages_do_not_wait_for_the_pace() -> None:
    page = page_with_a_text()
    socket = Socket()
    socket.attach(page)
    socket.drain()
    write(page, "H")
    socket.connection.push(Ack("1", "ok"))
    assert [message["t"] for message in socket.drain()] == ["ack"]
    assert socket.woken


def test_the_changes_of_a_handler_are_sent_before_its_end() -> None:
    page = page_with_a_text()
    socket = Socket()
    socket.attach(page)
    socket.drain()
    write(page, "Hello")
    assert socket.drain() == []  # it waits for its pace
    socket.connection.push(Ack("1", "ok"))
    socket.connection.push(End("1", "ok"))
    assert [message["t"] for message in socket.drain()] == ["ack", "ops", "end"]
    write(page, "Hello again")
    assert socket.drain() == []


def test_a_reader_that_fell_behind_the_ring_gets_one_snapshot() -> None:
    page = page_with_a_text(ring=3)
    socket = Socket()
    socket.attach(page)
    socket.drain()
    for i in range(10):
        write(page, "x" * (i + 1))
    socket.now += 1
    [welcome] = socket.drain()
    assert (welcome["t"], welcome["mode"], welcome["s"]) == ("welcome", "snapshot", page.seq)
    write(page, "x" * 11)
    socket.now += 1
    [ops] = socket.drain()
    assert (ops["t"], ops["f"]) == ("ops", page.seq)


def test_beats_tell_the_position_that_was_sent() -> None:
    page = page_with_a_text()
    socket = Socket()
    socket.attach(page)
    socket.drain()
    assert socket.connection.due_in(socket.now) == 25
    socket.now += 25
    assert socket.drain() == [{"t": "beat", "e": "e", "s": 2}]
    socket.send(PONG)
    socket.now += 25
    assert [message["t"] for message in socket.drain()] == ["beat"]


def test_who_does_not_answer_a_beat_is_gone() -> None:
    socket = Socket()
    socket.attach(page_with_a_text())
    socket.drain()
    socket.now += 25
    socket.drain()
    assert socket.connection.due_in(socket.now) == 10
    socket.now += 9.9
    assert socket.take() is None
    socket.now += 0.1
    assert socket.code() == CLOSE_NO_PONG


def test_a_pong_does_not_have_to_be_the_next_message() -> None:
    socket = Socket()
    socket.attach(page_with_a_text())
    socket.drain()
    socket.now += 25
    socket.drain()
    socket.send('{"t":"act","id":"1"}')
    socket.now += 5
    socket.send(PONG)
    socket.now += 6
    assert socket.take() is None


def test_beats_go_on_while_an_answer_streams() -> None:
    page = page_with_a_text()
    socket = Socket()
    socket.attach(page)
    socket.drain()
    seen: list[str] = []
    for i in range(300):
        socket.now += 0.1
        write(page, "x" * (i + 1))
        seen += [message["t"] for message in socket.drain()]
    assert seen.count("beat") == 1
    assert seen.count("ops") == 300


def test_a_reader_that_does_not_read_is_cut_off_and_costs_its_sender_nothing() -> None:
    socket = Socket()
    socket.attach(page_with_a_text())
    for i in range(10_000):
        socket.connection.push(Ack(str(i), "ok"))  # raises nothing
    assert socket.code() == CLOSE_SLOW


def test_what_waits_already_is_not_said_again() -> None:
    socket = Socket()
    socket.attach(page_with_a_text())
    for _ in range(10_000):  # on a shared page each action of another user asks for this
        socket.connection.push(Clear())
    assert [message["t"] for message in socket.drain()] == ["welcome", "clear"]
    socket.connection.push(Clear())
    assert [message["t"] for message in socket.drain()] == ["clear"]


def test_a_flood_of_messages_closes_the_connection() -> None:
    socket = Socket(Settings(act_rate_per_s=1, act_burst=3))
    socket.attach(page_with_a_text())  # its hello is the first message
    for _ in range(29):
        socket.send(PONG)
    with pytest.raises(ProtocolError) as flooded:
        socket.send(PONG)
    assert flooded.value.close_code == CLOSE_RATE


def test_garbage_counts_as_messages() -> None:
    socket = Socket(Settings(act_rate_per_s=1, act_burst=1))
    codes = []
    for _ in range(11):
        with pytest.raises(ProtocolError) as refused:
            socket.send("garbage")
        codes.append(refused.value.close_code)
    assert codes == [CLOSE_MALFORMED] * 10 + [CLOSE_RATE]


def test_actions_are_allowed_in_bursts_and_then_at_a_rate() -> None:
    bucket = Bucket(rate=2.0, burst=3, now=0)
    assert [bucket.take(0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take(0.25) == pytest.approx(0.25)
    assert [bucket.take(0.5), bucket.take(0.5)] == [0, 0.5]
    assert [bucket.take(100) for _ in range(4)] == [0, 0, 0, 0.5]  # no more than the burst


class Reader:
    """A browser that loses connections, and frames with them."""

    def __init__(self, page: LivePage) -> None:
        self.page = page
        self.state = PageState()
        self.position: tuple[str, int] | None = None
        self.socket = Socket()
        self.welcomes: list[str] = []
        self.open()

    def open(self) -> None:
        now, self.socket = self.socket.now, Socket()
        self.socket.now = now
        known = self.position
        seq = known[1] if known and self.page.covers(*known) else None
        self.socket.attach(self.page, seq)

    def read(self, count: int) -> None:
        """Handle the next frames of the connection."""
        for _ in range(count):
            message = self.socket.take()
            if message is None:
                return
            if message["t"] == "welcome":
                self.welcomes.append(message["mode"])
                if message["mode"] == "snapshot":
                    self.state.load(message["state"])
                    self.position = (message["e"], message["s"])
            elif message["t"] == "ops":
                assert self.position is not None
                assert message["f"] == self.position[1] + 1
                self.state.apply(msgspec.convert(message["o"], list[Op]))
                self.position = (self.page.epoch, message["n"])


@pytest.mark.parametrize("seed", range(4))
def test_frames_lost_in_flight_are_made_good(seed: int) -> None:
    """A frame that left the server and never arrived, with the clock and loss under control."""
    chance = random.Random(seed)
    page = page_with_a_text(ring=6)
    history = {("e", page.seq): json.dumps(page.state.to_json())}
    readers = [Reader(page), Reader(page)]
    text = ""
    for _ in range(400):
        match chance.randrange(8):
            case 0 | 1 | 2:
                text += chance.choice(["tok ", "é", "😀"])
                write(page, text)
            case 3:
                text = ""
                edits: list[Edit] = [AppendRow("c", "data", [text])]
                if chance.random() < 0.3:
                    edits = [DropCard("c"), AddCard("c", _empty()), *edits]
                page.commit(edits, 0)
            case 4 | 5:
                for reader in readers:
                    reader.socket.now += chance.random() / 5
                    reader.read(chance.randrange(4))
            case _:
                reader = chance.choice(readers)
                for _ in range(chance.randrange(3)):
                    reader.socket.take()  # sent, and lost with the connection
                reader.open()
        history["e", page.seq] = json.dumps(page.state.to_json())
        for reader in readers:
            if reader.position is not None:
                assert json.dumps(reader.state.to_json()) == history[reader.position], seed
    for reader in readers:
        reader.open()
        reader.socket.now += 1
        reader.read(9)
        assert reader.position == ("e", page.seq)
        assert {"snapshot", "resumed"} <= set(reader.welcomes), seed


def _empty() -> dict[str, Any]:
    return {"view": "chatbot", "box": "", "data": Buffer("list", ["content"])}


def test_an_op_out_of_place_is_noticed_by_its_length() -> None:
    page = page_with_a_text()
    reader = Reader(page)
    reader.read(1)
    write(page, "Hello")
    write(page, "Hello you")
    later = FrameReader(page.names.to_json()).read(page.frame(3), 3)
    assert later is not None
    with pytest.raises(OpError, match="another length"):
        reader.state.apply(later.o)
