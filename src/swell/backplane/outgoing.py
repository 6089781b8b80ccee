"""Messages that wait to be sent, within bounds."""

from __future__ import annotations

from .envelope import Sender

__all__ = ["WAITING_BYTES", "WAITING_MAX", "Outgoing"]

WAITING_MAX = 10_000
"""Messages that wait to be sent; with more they are dropped, and receivers get a gap."""

WAITING_BYTES = 16 << 20
"""Size of the messages that wait to be sent, in bytes; with more they are dropped likewise."""

BATCH_BYTES = 1 << 20
"""Messages that are sent together, in bytes; the last one may exceed it."""


class Outgoing:
    """Waiting messages, by channel.

    Args:
        sender: Puts them into envelopes.
        everywhere: Channel that every process listens to. When too many channels have lost
            messages to remember them, an empty envelope on it reports a gap of all channels.
    """

    def __init__(self, sender: Sender, everywhere: str) -> None:
        self._sender, self._everywhere = sender, everywhere
        self._waiting: dict[str, list[tuple[str, bytes]]] = {}
        self._dropped: set[str] = set()
        self._count = self._bytes = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __len__(self) -> int:
        return self._count

    def put(self, channel: str, topic: str, message: bytes) -> None:
        """Add a message; when there are too many, those that waited are dropped."""
        if self._count >= WAITING_MAX or self._bytes + len(message) > WAITING_BYTES:
            self._drop()
        self._waiting.setdefault(channel, []).append((topic, message))
        self._count += 1
        self._bytes += len(message) + len(topic)

    def _drop(self) -> None:
        """Drop all messages; receivers of their channels get a gap."""
        if len(self._waiting) > WAITING_MAX:
            self._waiting = {self._everywhere: []}
        self._waiting = {channel: [] for channel in self._waiting}
        self._dropped = set(self._waiting)
        self._count = self._bytes = 0

    def take(self) -> list[tuple[str, bytes]]:
        """Remove the first messages; return channels, each with an envelope to send."""
        batch, size = list[tuple[str, bytes]](), 0
        while self._waiting and size < BATCH_BYTES:
            channel = next(iter(self._waiting))
            messages = self._waiting.pop(channel)
            size += sum(len(message) for _, message in messages)
            dropped = channel in self._dropped
            self._dropped.discard(channel)
            batch += [
                (channel, envelope)
                for envelope in self._sender.seal(channel, messages, dropped=dropped)
            ]
            self._count -= len(messages)
            self._bytes -= sum(len(message) + len(topic) for topic, message in messages)
        return batch
