"""Envelopes: how messages travel on a channel, and how a receiver notices that some are missing.

A channel is a name on the server that carries the messages of one topic or more. Each sender
numbers its envelopes, and each envelope names the sender's previous one on the same channel. A
receiver that has not seen that one has missed messages of the channel.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta

from swell.errors import DECODE_ERRORS

from .base import MESSAGE_MAX, TOPIC_MAX

__all__ = ["OVERHEAD", "EnvelopeError", "Messages", "Opened", "Receiver", "Sender"]

OVERHEAD = 64
"""Most bytes that an envelope adds to its body."""

CHANNELS_MAX = 10_000
"""Channels whose last number a sender remembers; the least recently used is forgotten first."""

SENDERS_MAX = 1_000
"""Senders that a receiver knows on one channel; with more, an unknown one is a gap."""

PARTS_MAX = 256
"""Most envelopes that one long message takes."""

Messages: TypeAlias = Sequence[tuple[str, bytes]]
"""Topics with a message each."""

_KEY = 8  # length of a sender's name


class _Envelope(msgspec.Struct, array_like=True, frozen=True):
    """One envelope on the wire.

    Attributes:
        sender: Random name of the sender.
        number: Counts the envelopes of the sender on all channels.
        previous: Number of its last one on this channel; 0 when it does not know.
        part: Index in a body that takes several envelopes.
        parts: How many it takes.
        body: `_Body`, or a piece of it. An empty one reports that messages were dropped.
    """

    sender: Annotated[bytes, Meta(min_length=_KEY, max_length=_KEY)]
    number: Annotated[int, Meta(ge=1)]
    previous: Annotated[int, Meta(ge=0)]
    part: Annotated[int, Meta(ge=0)]
    parts: Annotated[int, Meta(ge=1, le=PARTS_MAX)]
    body: bytes


_Topic: TypeAlias = Annotated[str, Meta(min_length=1, max_length=TOPIC_MAX)]
_Message: TypeAlias = Annotated[bytes, Meta(max_length=MESSAGE_MAX)]
_Body: TypeAlias = list[tuple[_Topic, _Message]]

_encode = msgspec.msgpack.Encoder().encode
_decode_envelope = msgspec.msgpack.Decoder(_Envelope).decode
_decode_body = msgspec.msgpack.Decoder(_Body).decode


class EnvelopeError(ValueError):
    """What came over a channel is no envelope."""


class Sender:
    """Puts messages into numbered envelopes.

    Args:
        body_max: Longest body of one envelope, in bytes.

    Attributes:
        key: Random name of this sender.
    """

    def __init__(self, body_max: int) -> None:
        self.key = secrets.token_bytes(_KEY)
        self._body_max = body_max
        self._number = 0
        self._previous: dict[str, int] = {}

    def seal(self, channel: str, messages: Messages, *, dropped: bool = False) -> list[bytes]:
        """Return the envelopes of some messages for one channel.

        Args:
            channel: The channel.
            messages: The messages, in order; with none, one envelope reports the missing ones.
            dropped: Whether earlier messages of the channel were not sent.
        """
        previous = self._previous.pop(channel, 0)
        if dropped:  # receivers wait for a number that they never see
            self._number += 1
            previous = self._number
        sealed = []
        for body in self._bodies(messages):
            parts = -(-len(body) // self._body_max) or 1
            for part in range(parts):
                piece = body[part * self._body_max : (part + 1) * self._body_max]
                self._number += 1
                sealed.append(
                    _encode(_Envelope(self.key, self._number, previous, part, parts, piece))
                )
                previous = self._number
        if len(self._previous) >= CHANNELS_MAX:
            del self._previous[next(iter(self._previous))]
        self._previous[channel] = self._number
        return sealed

    def _bodies(self, messages: Messages) -> list[bytes]:
        """Return as few bodies as hold the messages."""
        bodies, size, held = [], 5, list[tuple[str, bytes]]()  # the length of the list
        for topic, message in messages:
            length = len(topic) if topic.isascii() else len(topic.encode())
            needed = len(message) + length + 9  # at most: two lengths, and the pair
            if held and size + needed > self._body_max:
                bodies.append(_encode(held))
                size, held = 5, []
            held.append((topic, message))
            size += needed
        return [*bodies, _encode(held)]


class Opened(NamedTuple):
    """What an envelope says.

    Attributes:
        gap: Whether messages of the channel before it are missing.
        messages: The messages in it.
    """

    gap: bool
    messages: Messages


_NOTHING = Opened(False, ())


class Receiver:
    """Opens envelopes, and notices missing ones.

    Args:
        own: Name of the sender in this process, whose envelopes are ignored.
    """

    def __init__(self, own: bytes) -> None:
        self._own = own
        self._seen: dict[str, dict[bytes, _Seen]] = {}

    def open(self, channel: str, payload: bytes) -> Opened:
        """Open an envelope.

        Raises:
            EnvelopeError: If it is none.
        """
        try:
            envelope = _decode_envelope(payload)
        except DECODE_ERRORS as error:
            raise EnvelopeError(str(error)) from None
        if envelope.sender == self._own:
            return _NOTHING
        senders = self._seen.setdefault(channel, {})
        seen = senders.get(envelope.sender)
        gap = False
        if seen is None:
            if len(senders) >= SENDERS_MAX:  # it may be one that was forgotten
                del senders[next(iter(senders))]
                gap = True
            seen = senders[envelope.sender] = _Seen()
        elif envelope.number <= seen.number:
            return _NOTHING  # repeated, or reported as missing when a later one came
        elif envelope.previous != seen.number:
            gap = True
            seen.pieces.clear()
        seen.number = envelope.number
        body = seen.join(envelope)
        if body is None:
            return Opened(gap, ())
        try:
            messages = _decode_body(body)
        except DECODE_ERRORS as error:
            raise EnvelopeError(str(error)) from None
        return Opened(gap or not messages, messages)

    def forget(self, channel: str) -> None:
        """Forget the senders on a channel."""
        self._seen.pop(channel, None)


class _Seen:
    """What a receiver knows of one sender on one channel."""

    __slots__ = ("number", "pieces")

    def __init__(self) -> None:
        self.number = 0
        self.pieces: list[bytes] = []

    def join(self, envelope: _Envelope) -> bytes | None:
        """Return the body when it is complete."""
        if envelope.parts == 1:
            self.pieces.clear()
            return envelope.body
        if envelope.part != len(self.pieces):  # the beginning is missing
            self.pieces.clear()
            if envelope.part:
                return None
        self.pieces.append(envelope.body)
        if len(self.pieces) < envelope.parts:
            return None
        body = b"".join(self.pieces)
        self.pieces.clear()
        return body
