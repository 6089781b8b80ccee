"""Op frames: how patches travel, short enough that a token costs about its own length.

A frame is a JSON array: `[n, count, part, ...]` covers the patches `n - count + 1` to `n`.
A part is an op, or one of two short forms:

- `["p", slot, path]` names a path: from now on `slot` stands for it.
- `[slot, at, text]` appends to the text at the path that `slot` stands for.

So a token of a streamed answer is `[412,1,[0,1830," token"]]`. Which path a slot stands
for is part of the page at a position, like its cards: every client there has the same
table, a snapshot brings it along, and one frame serves all clients at one position.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from swell.errors import OpError

from .ops import Append, Op, Path, Segment

SLOTS = 64
"""Slots for paths; the oldest one is reused first."""


class Ops(msgspec.Struct, frozen=True):
    """A frame that was read: the patches `f` to `n`, merged, applied whole or not at all.

    `names` has the paths that it names, by slot.
    """

    f: int
    n: int
    o: list[Op]
    names: dict[int, Path] = {}


class PathNames:
    """Gives the paths of streamed texts their short names."""

    def __init__(self) -> None:
        self._paths: list[Path] = []
        self._made: list[int] = []
        self._slots: dict[tuple[Segment, ...], int] = {}
        self._next = 0
        self._named = 0  # patch that last named a path
        self._latest: Path | None = None  # that last was noted; a row keeps its path's list

    def note(self, ops: Sequence[Op], seq: int) -> None:
        """Name the paths that the ops of patch `seq` append to."""
        for op in ops:
            if isinstance(op, Append) and op.path is not self._latest:
                if tuple(op.path) not in self._slots:
                    self._name(op.path, seq)
                self._latest = op.path

    def _name(self, path: Path, seq: int) -> None:
        self.assign(self._next, path, seq)
        self._next = (self._next + 1) % SLOTS

    def assign(self, slot: int, path: Path, seq: int) -> None:
        """Let a slot stand for a path from patch `seq` on.

        Raises:
            OpError: If a slot before it is unused.
        """
        if slot > len(self._paths):
            raise OpError(f"slot {slot} is named before slot {len(self._paths)}")
        if slot < len(self._paths):
            self._slots.pop(tuple(self._paths[slot]), None)
            self._paths[slot], self._made[slot] = path, seq
        else:
            self._paths.append(path)
            self._made.append(seq)
        self._slots[tuple(path)] = slot
        self._named = seq

    def to_json(self) -> list[Path]:
        """Return the paths by slot, as a snapshot brings them along."""
        return list(self._paths)

    def encode(self, seq: int, n: int, ops: Sequence[Op]) -> bytes:
        """Return the frame that takes a client from patch `seq` to the last patch `n`."""
        parts: list[Any] = [n, n - seq]
        for slot, made in enumerate(self._made if self._named > seq else ()):
            if made > seq:
                parts.append(["p", slot, self._paths[slot]])
        for op in ops:
            slot_of = self._slots.get(tuple(op.path)) if isinstance(op, Append) else None
            if isinstance(op, Append) and slot_of is not None:
                parts.append((slot_of, op.at, op.text))
            else:
                parts.append(op)
        return msgspec.json.encode(parts)


class FrameReader:
    """The receiving end: reads frames, keeping the table of names.

    Args:
        paths: The table that a snapshot brought along.
    """

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        self._paths = {slot: list(path) for slot, path in enumerate(paths)}

    def read(self, frame: bytes, seq: int) -> Ops | None:
        """Return the ops of a frame with their paths spelled out; None when it is an old one.

        Args:
            frame: JSON as it arrived.
            seq: Last patch that the receiver has.

        Raises:
            OpError: If a frame before this one is missing, or it is malformed, or uses a
                slot that was never assigned; the receiver must send `hello` again.
        """
        try:
            n, count, *parts = msgspec.json.decode(frame)
            if type(n) is not int or type(count) is not int or not 0 < count <= n:
                raise OpError("a frame begins with its last patch and how many it covers")
            if n <= seq:
                return None
            if n - count != seq:
                raise OpError(f"have patch {seq}, got {n - count + 1} to {n}")
            names: dict[int, Path] = {}
            ops = [op for part in parts if (op := self._part(part, names)) is not None]
        except (TypeError, ValueError, IndexError, RecursionError):
            raise OpError("a frame is [n, count, part, ...]") from None
        self._paths.update(names)  # not before all of it was read, and never from an old frame
        return Ops(n - count + 1, n, ops, names)

    def _part(self, part: list[Any], names: dict[int, Path]) -> Op | None:
        head = part[0]
        if head == "p":
            _, slot, path = part
            if type(slot) is not int or not 0 <= slot < SLOTS:
                raise OpError(f"{slot!r} is no name for a path")
            names[slot] = msgspec.convert(path, Path)
            return None
        if type(head) is int:
            slot, at, text = part
            named = names.get(slot) or self._paths.get(slot)
            if named is None:
                raise OpError(f"no path was named {slot}")
            part = ["a", list(named), at, text]
        op: Op = msgspec.convert(part, Op)
        return op
