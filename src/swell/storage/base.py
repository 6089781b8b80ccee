"""The interface of a storage of files.

A key names a file, and its bytes never change. They travel in pieces, so that no file is in memory
as a whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple, Protocol

import anyio
import anyio.to_thread

__all__ = ["IN_PLACE", "PIECE_BYTES", "Content", "FileStorage", "Upload", "pieces"]

IN_PLACE = "disk:"
"""Begin of the key of an upload that is a file of the app; the rest is its path."""

PIECE_BYTES = 256 * 1024
"""Largest piece, in bytes."""


class FileStorage(Protocol):
    """Bytes of files, by key.

    Raises:
        OSError: From every method, when a disk is full or gone.
        StoreUnavailableError: From every method, when a database is unavailable.
    """

    async def put(self, key: str, content: bytes | Path) -> None:
        """Store a file; return when it is durable.

        Args:
            key: A new key, from `new_key`.
            content: Its bytes, or the path of a file to copy.
        """

    def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `stop`, or the end, in pieces.

        Raises:
            FileNotFoundError: If there is no such file.
        """
        ...

    async def delete(self, key: str) -> None:
        """Delete a file; a missing one is no error."""

    def new_key(self) -> str:
        """Return an unused key."""
        ...

    def made(self, key: str) -> bool:
        """Return whether a key is of this kind of storage."""
        ...

    def close(self) -> None:
        """Delete what is kept for this process only."""


class Content(NamedTuple):
    """The bytes of one file.

    Attributes:
        storage: Where they are.
        key: Under which key.
    """

    storage: FileStorage
    key: str

    async def read(self, limit: int | None = None) -> bytes:
        """Return all bytes, or the first `limit`.

        Raises:
            OSError: If they cannot be read.
        """
        return b"".join([piece async for piece in self.storage.read(self.key, 0, limit)])

    async def save(self, to: Path) -> None:
        """Write them to a new file.

        Raises:
            OSError: If they cannot be read or written.
        """
        async with await anyio.open_file(to, "xb") as file:
            async for piece in self.storage.read(self.key):
                await file.write(piece)


class Upload(NamedTuple):
    """One upload.

    Attributes:
        id: Random, 128 bits.
        name: Name to show.
        owner: Whose it is; None for every browser.
        size: In bytes.
        picture: Media type if its bytes are those of a picture, else empty.
        client: Tab that it goes with; empty for files of the app.
        key: Key of its bytes; empty for a new one.
    """

    id: str
    name: str
    owner: str | None
    size: int
    picture: str
    client: str
    key: str = ""


async def pieces(content: bytes | Path) -> AsyncIterator[bytes]:
    """Yield bytes, or those of a file, in pieces of `PIECE_BYTES`."""
    if isinstance(content, bytes):
        for start in range(0, len(content), PIECE_BYTES):
            yield content[start : start + PIECE_BYTES]
        return
    async with await anyio.open_file(content, "rb") as file:
        while piece := await file.read(PIECE_BYTES):
            yield piece
