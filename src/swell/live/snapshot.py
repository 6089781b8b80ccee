"""Snapshot: a whole page at one position, in parts when it is large."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec

from swell.errors import OpError

from .frames import PathNames
from .ops import Path, encode
from .state import PageState

PART_BYTES = 16 * 1024
"""Largest snapshot that travels inside its welcome, and size of a part, in bytes of UTF-8.

A browser gives up on a frame that takes longer than 10 s; at this size one that gets 2 kB/s does
not, however large the page.
"""


class Snapshot(msgspec.Struct, frozen=True):
    """A page as it travels.

    Attributes:
        state: JSON of the state, when it is small.
        parts: Frames `i/count:text` that it is cut into, when it is not.
        crc: CRC-32 of the JSON, in UTF-8.
        paths: Short names of paths that belong to the position, see `frames.py`.
    """

    state: msgspec.Raw | None
    parts: tuple[bytes, ...]
    crc: int
    paths: list[Path]

    @classmethod
    def of(cls, state: PageState, names: PathNames) -> Snapshot:
        """Return the snapshot of a state."""
        text = encode(state.to_json())
        paths = names.to_json()
        if len(text) <= PART_BYTES:
            return cls(msgspec.Raw(text), (), 0, paths)
        pieces = cut(text, PART_BYTES)
        parts = [b"%d/%d:%b" % (i, len(pieces), piece) for i, piece in enumerate(pieces)]
        return cls(None, tuple(parts), zlib.crc32(text), paths)


def cut(text: bytes, size: int) -> list[bytes]:
    """Return UTF-8 text in pieces of at most `size` bytes that end between characters."""
    pieces, start = [], 0
    while start < len(text):
        end = min(start + size, len(text))
        while end < len(text) and text[end] & 0xC0 == 0x80:  # the middle of a character
            end -= 1
        pieces.append(text[start:end])
        start = end
    return pieces


class PartReader:
    """The receiving end: puts a snapshot together again.

    Args:
        count: Number of parts that the welcome announced.
        crc: CRC-32 that it announced.
    """

    def __init__(self, count: int, crc: int) -> None:
        self._count, self._crc = count, crc
        self._pieces: list[bytes] = []

    def add(self, frame: bytes) -> Any:
        """Return the snapshot after the last part, None before.

        Raises:
            OpError: If a part is missing or another one came, or the sum is wrong.
        """
        number, colon, piece = frame.partition(b":")
        if not colon or number != b"%d/%d" % (len(self._pieces), self._count):
            raise OpError("a part of the snapshot is missing")
        self._pieces.append(piece)
        if len(self._pieces) < self._count:
            return None
        return _joined(self._pieces, self._crc)


def _joined(pieces: Sequence[bytes], crc: int) -> Any:
    text = b"".join(pieces)
    if zlib.crc32(text) != crc:
        raise OpError("the snapshot arrived damaged")
    return msgspec.json.decode(text)
