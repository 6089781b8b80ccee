"""Envelopes: a receiver notices what it has missed."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swell.backplane import envelope
from swell.backplane.base import MESSAGE_MAX
from swell.backplane.envelope import OVERHEAD, EnvelopeError, Receiver, Sender
from tests.undecodable import UNDECODABLE, too_deep

OWN = b"receiver"


def take(receiver: Receiver, envelopes: list[bytes]) -> tuple[list[bytes], int]:
    """Open envelopes; return the messages and the number of gaps."""
    opened = [receiver.open("c", one) for one in envelopes]
    return [message for one in opened for _, message in one.messages], sum(
        one.gap for one in opened
    )


def test_messages_that_fit_share_an_envelope() -> None:
    sender = Sender(100)
    messages = [("topic", b"%02d" % number) for number in range(20)]
    envelopes = sender.seal("c", messages)
    assert 3 <= len(envelopes) <= 5
    assert all(len(one) <= 100 + OVERHEAD for one in envelopes)
    assert take(Receiver(OWN), envelopes) == ([message for _, message in messages], 0)


def test_a_long_message_takes_several_and_a_missing_one_loses_it_alone() -> None:
    sender, receiver = Sender(100), Receiver(OWN)
    long = bytes(range(250))
    first, second = sender.seal("c", [("t", long)]), sender.seal("c", [("t", b"after")])
    assert len(first) == 3
    assert take(Receiver(OWN), [*first, *second]) == ([long, b"after"], 0)
    assert take(receiver, [first[0], first[2], *second]) == ([b"after"], 1)


def test_pieces_of_two_messages_are_not_joined() -> None:
    sender, receiver = Sender(100), Receiver(OWN)
    one, two = (sender.seal("c", [("t", letter * 150)]) for letter in (b"a", b"b"))
    assert take(receiver, [one[0], two[1]]) == ([], 1)


def test_the_longest_message_can_be_sent_with_the_smallest_body() -> None:
    from swell.backplane.postgres import BODY_MAX, PAYLOAD_MAX

    message = bytes(MESSAGE_MAX)
    envelopes = Sender(BODY_MAX).seal("c", [("t" * 500, message)])
    assert max(map(len, envelopes)) * 4 / 3 <= PAYLOAD_MAX - 3
    assert take(Receiver(OWN), envelopes) == ([message], 0)


def test_dropped_messages_are_reported_with_the_next_or_alone() -> None:
    for messages in ([("t", b"next")], []):
        sender, receiver = Sender(1000), Receiver(OWN)
        take(receiver, sender.seal("c", [("t", b"first")]))
        found, gaps = take(receiver, sender.seal("c", messages, dropped=True))
        assert (found, gaps) == ([message for _, message in messages], 1)


def test_channels_and_senders_are_counted_apart() -> None:
    one, two, receiver = Sender(1000), Sender(1000), Receiver(OWN)
    for sender in (one, two, one):
        sender.seal("other", [("t", b"")])
        assert take(receiver, sender.seal("c", [("t", b"x")])) == ([b"x"], 0)


def test_a_sender_that_forgot_a_channel_causes_a_gap_and_not_a_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(envelope, "CHANNELS_MAX", 1)
    sender, receiver = Sender(1000), Receiver(OWN)
    take(receiver, sender.seal("c", [("t", b"one")]))
    sender.seal("other", [("t", b"")])
    assert take(receiver, sender.seal("c", [("t", b"two")])) == ([b"two"], 1)


def test_a_receiver_bounds_its_senders_and_reports_a_gap_for_a_forgotten_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(envelope, "SENDERS_MAX", 2)
    receiver, senders = Receiver(OWN), [Sender(1000) for _ in range(3)]
    gaps = [take(receiver, one.seal("c", [("t", b"")]))[1] for one in senders]
    assert gaps == [0, 0, 1]
    first = senders[0].seal("c", [("t", b"x")], dropped=True)
    assert take(receiver, first) == ([b"x"], 1)


def test_what_a_process_has_sent_itself_is_ignored() -> None:
    sender = Sender(1000)
    assert take(Receiver(sender.key), sender.seal("c", [("t", b"x")])) == ([], 0)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans())), st.integers(40, 200))
def test_whatever_is_lost_or_repeated_is_known_by_the_next_envelope(
    fates: list[tuple[int, bool]], body_max: int
) -> None:
    """Each envelope arrives, is lost, is repeated, or is overtaken by the next."""
    sender, receiver = Sender(body_max), Receiver(OWN)
    take(receiver, sender.seal("c", [("t", b"begin")]))
    got: list[bytes] = []
    gaps, sent = 0, []
    for number, (size, kept) in enumerate(fates):
        message = b"%d " % number + b"x" * size * 10
        sent.append(message)
        for one in sender.seal("c", [("t", message)]):
            if kept:
                found, missing = take(receiver, [one, one])
                got += found
                gaps += missing
    found, missing = take(receiver, sender.seal("c", [("t", b"end")]))
    gaps += missing
    assert found == [b"end"]
    assert got == [one for one, (_, kept) in zip(sent, fates, strict=True) if kept]
    assert bool(gaps) == any(not kept for _, kept in fates)


@pytest.mark.parametrize("body", UNDECODABLE, ids=repr)
def test_anything_else_is_no_envelope(body: bytes) -> None:
    with pytest.raises(EnvelopeError):
        Receiver(OWN).open("c", body)
    with pytest.raises(EnvelopeError):
        Receiver(OWN).open("c", msgspec.msgpack.encode([b"a sender", 1, 0, 0, 1, bytes(body)]))
    with pytest.raises(EnvelopeError):
        Receiver(OWN).open("c", too_deep(b"a sender", 1, 0, 0, 1, bytes(body)))
