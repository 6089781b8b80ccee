"""Log: the last patches of a page, numbered, so that a client can catch up."""

from __future__ import annotations

from collections import deque

import msgspec

from .ops import Append, Op, Path, Set


class Patch(msgspec.Struct, gc=False):
    """The ops of one save; only the last one may change, see `Log`.

    Attributes:
        seq: Number of the patch, 1, 2, 3... within an epoch.
        ops: Applied whole or not at all.
        size: Estimate of its JSON, in bytes.
        at: When it was made, in seconds of the caller's monotonic clock.
    """

    seq: int
    ops: list[Op]
    size: int
    at: float


_OPEN_MAX = 4096  # code points that a patch may grow to, so that a token is cheap to add


class Log:
    """A replay ring of patches.

    The last patch is open until it is sent: a text that it extended may grow further in it, so that
    unsent tokens are one patch.

    Args:
        max_patches: Most patches kept.
        max_bytes: Most bytes kept, by the patches' estimates.
        max_age_s: Age beyond which a patch is dropped when the next one comes, or by `expire`.
    """

    def __init__(self, max_patches: int, max_bytes: int, max_age_s: float) -> None:
        self._max = (max_patches, max_bytes, max_age_s)
        self._patches: deque[Patch] = deque()
        self._size = 0
        self._open: Append | None = None
        self._start = 0  # the patch before the oldest
        self.seq = 0

    @property
    def oldest(self) -> int:
        """Number of the oldest patch kept, or of the next one when none is."""
        return self._patches[0].seq if self._patches else self.seq + 1

    def add(self, ops: list[Op], size: int, now: float) -> None:
        """Number and keep the ops of one save, whose sizes add up to `size`."""
        self.seq = seq = self.seq + 1
        only = ops[0]
        self._open = only if len(ops) == 1 and type(only) is Append else None
        self._patches.append(Patch(seq, ops, size, now))
        self._size += size
        self._evict(now)

    def lengthen(self, path: Path, text: str, size: int, now: float) -> bool:
        """Extend the last patch's append to the same path, if the patch is still open.

        Args:
            path: Path of the text; the patch's list object.
            text: The text to add.
            size: Its estimated size, in bytes.
            now: Seconds of the caller's monotonic clock.

        Returns:
            Whether it was; otherwise the text needs a new patch.
        """
        op = self._open
        if op is None or op.path is not path or len(op.text) > _OPEN_MAX:
            return False
        last = self._patches[-1]
        self._open = last.ops[0] = Append(path, op.at, op.text + text)
        last.size += size
        last.at = now
        self._size += size
        if self._size > self._max[1]:
            self._evict(now)
        return True

    def expire(self, now: float) -> int:
        """Drop the patches that are too old; return the bytes of the others, by the estimates."""
        if self._patches and self._patches[0].at < now - self._max[2]:
            self._evict(now)
        return self._size

    def close(self) -> None:
        """Close the last patch: it is being sent."""
        self._open = None

    def _evict(self, now: float) -> None:
        """Drop the oldest patches beyond the bounds."""
        patches = self._patches
        most, most_bytes, age = self._max
        while patches and (
            len(patches) > most or self._size > most_bytes or patches[0].at < now - age
        ):
            gone = patches.popleft()
            self._size -= gone.size
            self._start = gone.seq
        if not patches:
            self._open = None

    def forget(self) -> None:
        """Drop all patches: a client that lacks one needs a snapshot."""
        self._patches.clear()
        self._size = 0
        self._start = self.seq
        self._open = None

    def covers(self, seq: int) -> bool:
        """Return whether a client at `seq` can resume without a snapshot."""
        return self.oldest - 1 <= seq <= self.seq

    def after(self, seq: int) -> list[Patch]:
        """Return the patches after `seq`, which must be covered."""
        count = self.seq - seq
        if count == 1:
            return [self._patches[-1]]
        return [self._patches[i] for i in range(len(self._patches) - count, len(self._patches))]


def op_size(op: Op) -> int:
    """Estimate the JSON of an op, in bytes, without encoding it."""
    path = 16 * len(op.path)
    if isinstance(op, Append):
        return path + 16 + 2 * len(op.text)
    value = op.value if isinstance(op, Set) else getattr(op, "items", None)
    if isinstance(value, msgspec.Raw):
        return path + 16 + len(bytes(value))
    if isinstance(value, str):
        return path + 16 + 2 * len(value)
    if isinstance(value, list):
        return path + 16 + len(msgspec.json.encode(value))
    return path + 32
