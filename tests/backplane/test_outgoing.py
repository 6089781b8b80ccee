"""Outgoing messages are bounded, and receivers learn what was dropped."""

from __future__ import annotations

import pytest

from swell.backplane import outgoing
from swell.backplane.envelope import Receiver, Sender
from swell.backplane.outgoing import Outgoing


def receive(receiver: Receiver, waiting: Outgoing) -> dict[str, tuple[list[bytes], bool]]:
    """Take everything; return messages and gap of each channel."""
    found: dict[str, tuple[list[bytes], bool]] = {}
    while waiting:
        for channel, envelope in waiting.take():
            opened = receiver.open(channel, envelope)
            messages, gap = found.get(channel, ([], False))
            messages += [message for _, message in opened.messages]
            found[channel] = messages, gap or opened.gap
    return found


@pytest.fixture
def waiting() -> Outgoing:
    return Outgoing(Sender(1000), "everywhere")


def test_messages_of_a_channel_stay_in_order(waiting: Outgoing) -> None:
    for number in range(6):
        waiting.put("ab"[number % 2], "t", b"%d" % number)
    assert receive(Receiver(b"receiver"), waiting) == {
        "a": ([b"0", b"2", b"4"], False),
        "b": ([b"1", b"3", b"5"], False),
    }


def test_too_many_messages_are_dropped_and_reported(
    waiting: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WAITING_MAX", 4)
    receiver = Receiver(b"receiver")
    for channel in "abc":
        waiting.put(channel, "t", b"first")
    receive(receiver, waiting)
    for channel in "aabbb":
        waiting.put(channel, "t", b"x")
    assert receive(receiver, waiting) == {"a": ([], True), "b": ([b"x"], True)}
    waiting.put("c", "t", b"second")
    assert receive(receiver, waiting) == {"c": ([b"second"], False)}


def test_too_many_bytes_are_dropped_and_reported(
    waiting: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WAITING_BYTES", 100)
    receiver = Receiver(b"receiver")
    waiting.put("a", "t", b"first")
    receive(receiver, waiting)
    waiting.put("a", "t", bytes(90))
    waiting.put("a", "t", bytes(50))
    assert receive(receiver, waiting) == {"a": ([bytes(50)], True)}


def test_too_many_channels_to_remember_are_a_gap_everywhere(
    waiting: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WAITING_MAX", 4)
    for number in range(20):
        waiting.put(f"channel {number}", "t", b"x")
    found = receive(Receiver(b"receiver"), waiting)
    assert found["everywhere"] == ([], True)
    assert len(found) <= 10


def test_a_batch_is_bounded(waiting: Outgoing) -> None:
    for number in range(8):
        waiting.put(f"channel {number}", "t", bytes(outgoing.BATCH_BYTES // 2))
    assert len({channel for channel, _ in waiting.take()}) == 2
