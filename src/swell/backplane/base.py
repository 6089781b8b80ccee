"""The interface of a backplane, and its guarantees.

A backplane announces changes; the store has the new values. Messages may be lost,
repeated, delayed or reordered, and no page may be wrong because of it. Listeners are called with a
gap where messages may be missing, and read the store then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

__all__ = [
    "MESSAGE_MAX",
    "QUEUE_MAX",
    "TOPIC_MAX",
    "Backplane",
    "Gap",
    "Listener",
    "Watcher",
    "check",
]

MESSAGE_MAX = 1 << 20
"""Longest message, in bytes."""

TOPIC_MAX = 500
"""Longest topic, in bytes of UTF-8."""

QUEUE_MAX = 1_000
"""Messages that wait for one subscription; with more they are dropped, and the gap is reported."""

Listener: TypeAlias = Callable[[bytes], None]
"""Called on the event loop with each message; it must not block."""

Gap: TypeAlias = Callable[[], None]
"""Called on the event loop when messages may be missing."""

Watcher: TypeAlias = Callable[[bool], None]
"""Called on the event loop with the new value of `connected`; it must not block."""


class Backplane(Protocol):
    """One process's connection to the others."""

    @property
    def connected(self) -> bool:
        """Whether messages travel now. While they do not, tabs in other processes are not live."""

    @property
    def waiting(self) -> int:
        """How many messages the server has not accepted yet."""

    async def open(self) -> None:
        """Connect; earlier messages are lost.

        A server that cannot be reached is tried again in the background.

        Raises:
            SettingError: If the server can never work as a backplane.
        """

    async def close(self) -> None:
        """Disconnect, and stop calling listeners."""

    def publish(self, topic: str, message: bytes) -> None:
        """Send a message to every other process that listens, at most once each; never blocks.

        Raises:
            ValueError: If the topic or the message is too long.
        """

    def subscribe(self, topic: str, listener: Listener, gap: Gap) -> Callable[[], None]:
        """Call a listener with what other processes publish from now on.

        The server may need a moment to begin. `gap` is called when it has begun, if messages may
        have been missed until then.

        Args:
            topic: The topic.
            listener: Called with each message.
            gap: Called when messages may be missing, as after a lost connection.

        Returns:
            A function that ends it.

        Raises:
            ValueError: If the topic is too long.
        """

    async def ready(self) -> None:
        """Wait until the subscriptions made so far have begun; without a connection, for one."""

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call a function when `connected` changes; return a function that ends it."""


def check(topic: str, message: bytes = b"") -> None:
    """Check the bounds of a topic and a message.

    Raises:
        ValueError: If one is too long, or the topic is empty.
    """
    size = len(topic.encode())
    if not 0 < size <= TOPIC_MAX:
        raise ValueError(f"a topic has 1 to {TOPIC_MAX} bytes, got {size}")
    if len(message) > MESSAGE_MAX:
        raise ValueError(f"a message has at most {MESSAGE_MAX} bytes, got {len(message)}")
