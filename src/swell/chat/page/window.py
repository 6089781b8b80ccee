"""Window: the part of a conversation that one tab holds, and how it moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from swell.chat.records import Message
from swell.errors import NotFoundError

__all__ = ["HELD_MAX", "PAGE", "Window"]

PAGE = 50
"""Messages that are loaded at first, and for each `scroll_up` or `scroll_down` event."""

HELD_MAX = 300
"""Most messages that one tab holds; when more come in at one end, as many leave at the other."""

_NEW = 8  # messages that may have come since the last look


class Read(Protocol):
    """Reads messages of the shown branch, as `Store.messages` does."""

    async def __call__(
        self,
        *,
        before: str | None = None,
        around: str | None = None,
        start: str | None = None,
        limit: int = PAGE,
    ) -> list[Message]: ...


class Window:
    """A contiguous part of the shown branch: its end, or a part further up.

    Args:
        read: Reads messages of the conversation.

    Attributes:
        newer: Whether there are messages after the last one held.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._start: str | None = None  # the first message held; None follows the end
        self._count = PAGE
        self.newer = False

    @property
    def at_end(self) -> bool:
        """Whether it follows the end of the conversation."""
        return self._start is None

    async def load(self, held: Sequence[str]) -> list[Message]:
        """Return the messages of the window, oldest first.

        Args:
            held: Ids of the messages that the tab has now.

        Raises:
            NotFoundError: If the conversation is not there.
        """
        if self._start is not None:
            try:
                found = await self._read(start=self._start, limit=self._count + 1)
            except NotFoundError:  # deleted, or on a branch that is not shown any more
                self.follow()
            else:
                self.newer = len(found) > self._count
                if not self.newer:
                    self.follow(len(found))
                return found[: self._count]
        limit = min(max(self._count, len(held) + _NEW), HELD_MAX)
        found = await self._read(limit=limit)
        if held and self._count <= len(held):  # older ones were not requested
            known = set(held)
            at = next((i for i, message in enumerate(found) if message.id in known), -PAGE)
            found = found[at:]
        return found

    def follow(self, count: int = PAGE) -> None:
        """Hold the end of the conversation."""
        self._start, self._count, self.newer = None, max(PAGE, count), False

    async def older(self, held: Sequence[str]) -> None:
        """Take in messages from before the first one held."""
        before = await self._read(before=held[0], limit=PAGE) if held else []
        if not before:
            return
        count = len(held) + len(before)
        if self._start is None and count <= HELD_MAX:
            self._count = count
        else:
            self._start, self._count = before[0].id, min(count, HELD_MAX)

    def later(self, held: Sequence[str]) -> None:
        """Take in messages from after the last one held."""
        if self._start is None or not held:
            return
        count = len(held) + PAGE
        drop = max(0, count - HELD_MAX)
        self._start, self._count = held[drop], count - drop

    async def around(self, message_id: str) -> None:
        """Hold a message with its neighbours.

        Raises:
            NotFoundError: If the message is not on the shown branch.
        """
        found = await self._read(around=message_id, limit=2 * PAGE)
        self._start, self._count = found[0].id, len(found)
