"""Channel: messages to one other process, in order and each once, over a backplane that is neither.

Messages are numbered, acknowledged, and sent again until they are. The process that has tabs (the
*guest*) opens a channel to the one that owns their pages (the *host*). Its key is random, so that a
process that has been started again is never mistaken for the one before.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec

from swell.backplane.base import MESSAGE_MAX
from swell.errors import DECODE_ERRORS

__all__ = ["BEAT_S", "BODY_MAX", "PENDING_MAX", "Channel", "Packet", "packet"]

BEAT_S = 1.0
"""How often a quiet channel reports that its process lives, in seconds."""

AGAIN_S = 0.25
"""How long the other process may take to acknowledge, before a message is sent again, in seconds;
doubled up to `BEAT_S` while it does not."""

WINDOW = 64
"""Messages that may be under way."""

PENDING_MAX = 10_000
"""Messages that may wait to be sent or acknowledged; with more the channel breaks."""

PENDING_BYTES = 64 << 20
"""Bytes of these messages, at most."""

BODY_MAX = MESSAGE_MAX - 1024
"""Longest message, in bytes."""

_ACK_S = 0.02  # how long an acknowledgement waits for a message to travel with


class Packet(msgspec.Struct, frozen=True, array_like=True):
    """What travels.

    Attributes:
        key: The channel.
        sender: Id of the process.
        to_host: Whether it is for the process that owns pages.
        number: Number of the message in `body`; 0 for none, then `body` is what a beat reports.
        got: The last message that the sender has got, all before it included.
        state: `new` until the sender has heard of the other side, `open`, or `ended`.
        body: The message.
    """

    key: str
    sender: str
    to_host: bool
    number: int
    got: int
    state: str
    body: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Packet)


def packet(message: bytes) -> Packet | None:
    """Return a packet that came; None for anything else."""
    try:
        return _decoder.decode(message)
    except DECODE_ERRORS:
        return None


class Channel:
    """One side of a channel.

    Attributes:
        key: Its name.
        other: Id of the other process.
        heard_at: When the other process was last heard, by the event loop's clock.
        broken: Whether too much waits for the other process.

    Args:
        key: Its name.
        own: Id of this process.
        other: Id of the other process.
        to_host: Whether the other side is the host.
        publish: Sends to the other process.
        hear: Called with each message, in order.
    """

    def __init__(
        self,
        key: str,
        own: str,
        other: str,
        *,
        to_host: bool,
        publish: Callable[[bytes], None],
        hear: Callable[[bytes], None],
    ) -> None:
        self.key = key
        self.other = other
        self.broken = False
        self._own, self._to_host = own, to_host
        self._publish, self._hear = publish, hear
        self._loop = asyncio.get_running_loop()
        self.heard_at = self._loop.time()
        self._met = not to_host  # the host begins with a packet of the guest
        self._pending: deque[bytes] = deque()  # not acknowledged, oldest first
        self._bytes = 0  # of these
        self._first = 1  # number of the oldest of these
        self._sent = 0  # number of the last that was sent
        self._got = 0
        self._ahead: dict[int, bytes] = {}
        self._wait = AGAIN_S
        self._again: asyncio.TimerHandle | None = None
        self._ack: asyncio.TimerHandle | None = None

    def send(self, body: bytes) -> None:
        """Send a message, which is sent again until it has arrived."""
        if len(self._pending) >= PENDING_MAX or self._bytes + len(body) > PENDING_BYTES:
            self.broken = True
        if not self.broken:
            self._pending.append(body)
            self._bytes += len(body)
            self._flow()

    def receive(self, found: Packet) -> None:
        """Take a packet of the other side."""
        self.heard_at = self._loop.time()
        self._met = True
        if found.got >= self._first:
            while self._pending and self._first <= found.got:
                self._bytes -= len(self._pending.popleft())
                self._first += 1
            self._wait = AGAIN_S
            self._stop_again()
            self._flow()
        if not found.number:
            return
        if found.number > self._got + WINDOW:
            return  # the other side never sends so far ahead
        if found.number > self._got:
            self._ahead[found.number] = found.body
        if self._ack is None:
            self._ack = self._loop.call_later(_ACK_S, self.beat)
        while (body := self._ahead.pop(self._got + 1, None)) is not None:
            self._got += 1
            self._hear(body)

    def beat(self, report: bytes = b"") -> None:
        """Report that this process lives, and what it has got; it may get lost."""
        self._packet(0, report)

    def close(self) -> None:
        """Forget what waits; send nothing more."""
        self._stop_again()
        if self._ack is not None:
            self._ack.cancel()
            self._ack = None
        self._pending.clear()
        self._ahead.clear()

    def end(self) -> None:
        """Report that this side has ended, and close."""
        self._packet(0, b"", "ended")
        self.close()

    def _flow(self) -> None:
        """Send what may be sent."""
        while self._sent < self._first + min(len(self._pending), WINDOW) - 1:
            self._sent += 1
            self._packet(self._sent, self._pending[self._sent - self._first])
        if self._pending and self._again is None:
            self._again = self._loop.call_later(self._wait, self._resend)

    def _resend(self) -> None:
        self._again = None
        for offset in range(min(self._sent - self._first + 1, WINDOW)):
            self._packet(self._first + offset, self._pending[offset])
        self._wait = min(2 * self._wait, BEAT_S)
        self._flow()

    def _stop_again(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None

    def _packet(self, number: int, body: bytes, state: str = "") -> None:
        if self._ack is not None:
            self._ack.cancel()
            self._ack = None
        state = state or ("open" if self._met else "new")
        self._publish(
            _encoder.encode(
                Packet(self.key, self._own, self._to_host, number, self._got, state, body)
            )
        )
