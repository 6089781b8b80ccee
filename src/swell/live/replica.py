"""Replica: a page that another process owns, kept up to date by its frames.

It has the positions of the owner, so that a tab may come from any process and resume. The frame of
the owner is also what the watchers here are sent: it is not encoded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from swell.settings.table import Settings

from .frames import FrameReader, PathNames
from .log import Log, Patch, op_size
from .ops import Insert, Op, Path, Set, encoded
from .page import LivePage
from .state import PageState

__all__ = ["Replica", "kept"]


class FrameLog(Log):
    """A log of frames, each of which may cover several patches: positions inside are unknown."""

    def begin(self, seq: int) -> None:
        """Drop all frames, and begin at a position."""
        self.seq = seq
        self.forget()

    def extend(self, n: int, ops: list[Op], now: float) -> None:
        """Keep a frame that leads to patch `n`."""
        size = sum(map(op_size, ops))
        self.seq = n
        self._patches.append(Patch(n, ops, size, now))
        self._size += size
        self._evict(now)

    def covers(self, seq: int) -> bool:
        """Return whether a client at `seq` can resume: a frame that is kept ends there."""
        for patch in reversed(self._patches):
            if patch.seq <= seq:
                return patch.seq == seq
        return seq in (self._start, self.seq)

    def after(self, seq: int) -> list[Patch]:
        """Return the frames after `seq`, which must be covered."""
        found: list[Patch] = []
        for patch in reversed(self._patches):
            if patch.seq <= seq:
                break
            found.append(patch)
        found.reverse()
        return found


class Replica(LivePage):
    """The page of another process; handlers of this one do not save to it.

    Args:
        epoch: That of the owner's page.
        settings: Bounds of the log.
    """

    def __init__(self, epoch: str, settings: Settings) -> None:
        super().__init__(epoch, settings, lambda _: {})
        self._log: FrameLog = FrameLog(settings.ring_patches, settings.ring_bytes, settings.ring_s)
        self._reader = FrameReader()

    def load(self, state: Any, seq: int, paths: Sequence[Path]) -> None:
        """Replace everything by a snapshot of the owner.

        Raises:
            OpError: If the snapshot has another shape; nothing is changed.
        """
        loaded, names = PageState(), PathNames()
        loaded.load(state)
        for slot, path in enumerate(paths):
            names.assign(slot, path, seq)
        self.state, self.names = loaded, names
        self._reader = FrameReader(paths)
        self._log.begin(seq)
        self._frames.clear()
        self._snapshot = None

    def receive(self, frame: bytes, now: float) -> bool:
        """Apply a frame of the owner; return False if it is an old one.

        Raises:
            OpError: If a frame before it is missing, or it does not fit; nothing is changed.
        """
        before = self._log.seq
        found = self._reader.read(frame, before)
        if found is None:
            return False
        to_keep = [kept(op) for op in found.o]
        self.state.apply(found.o)
        for slot, path in found.names.items():
            self.names.assign(slot, path, found.n)
        self._log.extend(found.n, to_keep, now)
        self._frames.clear()
        self._frames[before] = frame
        self._snapshot = None
        return True


def kept(op: Op) -> Op:
    """Return an op as it can be kept: a page may change what it has taken."""
    if isinstance(op, Set):
        return Set(op.path, encoded(op.value))
    if isinstance(op, Insert):
        return msgspec.structs.replace(op, items=encoded(op.items))
    return op
