"""Group: watchers at one position get one frame, and go their own way when they must."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swell.live.wire import Clear

from .test_connection import LIMITS, Socket, page_with_a_text, write


class Direct(Socket):
    """A socket to which its page may write."""

    def __init__(self) -> None:
        super().__init__(LIMITS)
        self.written: list[Any] = []

    def put(self, frame: bytes) -> None:
        self.written.append(json.loads(frame))

    def join_group(self) -> None:
        self.connection.join_group(self.put)


def framed(payload: bytes) -> bytes:
    return payload


def up_to_date(page: Any) -> Direct:
    socket = Direct()
    socket.attach(page)
    while socket.take() is not None:
        pass
    socket.join_group()
    assert socket.connection in page.group
    return socket


def test_one_frame_is_made_and_written_to_all() -> None:
    page = page_with_a_text()
    first, second = up_to_date(page), up_to_date(page)
    made: list[bytes] = []

    def frame(payload: bytes) -> bytes:
        made.append(payload)
        return payload

    write(page, "Hello")
    page.send(1.0, frame)
    page.send(2.0, frame)  # nothing new
    assert len(made) == 1
    assert first.written == second.written == [json.loads(made[0])]
    assert first.written[0][0] == page.seq


def test_who_goes_alone_goes_on_from_what_was_written() -> None:
    page = page_with_a_text()
    socket, other = up_to_date(page), up_to_date(page)
    write(page, "Hello")
    page.send(1.0, framed)
    socket.connection.go_alone()
    assert (socket.connection.seq, socket.connection.sent_at) == (page.seq, 1.0)
    write(page, "Hello you")
    page.send(2.0, framed)
    assert len(socket.written) == 1
    assert len(other.written) == 2
    frame = socket.connection.take(socket.now)
    assert frame is not None
    assert json.loads(frame) == other.written[1]


def test_only_who_is_at_the_same_position_joins() -> None:
    page = page_with_a_text()
    ahead = up_to_date(page)
    write(page, "Hello")
    page.send(1.0, framed)
    behind = Direct()
    behind.attach(page, seq=page.seq - 1)
    behind.connection.take(0.0)  # the welcome; its pace forbids the rest
    behind.join_group()
    assert behind.connection not in page.group
    assert ahead.connection in page.group


def test_a_control_message_comes_before_what_is_saved_after_it() -> None:
    page = page_with_a_text()
    socket = up_to_date(page)
    woken = socket.woken
    socket.connection.push(Clear())
    assert socket.woken == woken + 1
    write(page, "Hello")
    page.send(1.0, framed)
    assert socket.written == []
    assert socket.take() == {"t": "clear"}


def test_with_something_else_to_get_nobody_goes_abreast() -> None:
    page = page_with_a_text()
    socket = Direct()
    socket.join_group()  # has not said hello
    socket.attach(page)
    socket.join_group()  # needs its snapshot first
    assert len(page.group) == 0


def test_a_socket_that_fails_takes_the_frame_on_its_own_and_the_others_get_theirs() -> None:
    page = page_with_a_text()
    broken, well = up_to_date(page), up_to_date(page)
    before, woken = page.seq, broken.woken

    def fail(frame: bytes) -> None:
        raise RuntimeError("the handler is closed")

    broken.connection.go_alone()
    broken.connection.join_group(fail)
    write(page, "Hello")
    page.send(1.0, framed)
    assert len(well.written) == 1
    assert broken.connection not in page.group
    assert broken.connection.seq == before
    assert broken.woken == woken + 1


def test_when_the_log_does_not_reach_back_each_gets_a_snapshot() -> None:
    page = page_with_a_text(ring=2)
    socket = up_to_date(page)
    woken = socket.woken
    for text in ("a", "ab", "abc"):
        write(page, text)
    page.send(1.0, framed)
    assert socket.written == []
    assert socket.woken == woken + 1
    socket.now += 1
    frame = socket.take()
    assert frame is not None
    assert frame["t"] == "welcome"


@pytest.mark.parametrize("again", [True, False])
def test_a_second_hello_starts_from_the_position_that_it_names(again: bool) -> None:
    page = page_with_a_text()
    socket = up_to_date(page)
    write(page, "Hello")
    page.send(1.0, framed)
    socket.attach(page, seq=page.seq - 1 if again else None)
    assert socket.connection not in page.group
    assert socket.connection.seq == (page.seq - 1 if again else -1)
