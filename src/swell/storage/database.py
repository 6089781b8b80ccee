"""Files in the database of the conversations, in rows of at most `PIECE_BYTES`."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from sqlalchemy import Integer, bindparam, delete, func, select

from swell.chat.store.engines.base import Engine, Tx
from swell.chat.store.statements import inserting
from swell.chat.store.tables import file_pieces

from .base import PIECE_BYTES, pieces

__all__ = ["PREFIX", "DatabaseStorage"]

PREFIX = "db:"
"""Begin of the keys."""

DELETED_AT_ONCE = 100
"""Most rows that one transaction deletes."""

_KEY = file_pieces.c.key == bindparam("key")
_PUT = inserting(file_pieces, ignore=True)
_GET = select(
    func.substr(
        file_pieces.c.body,
        bindparam("start", type_=Integer),
        bindparam("size", type_=Integer),
    )
).where(_KEY, file_pieces.c.position == bindparam("n"))
_DELETE = delete(file_pieces).where(_KEY, file_pieces.c.position >= bindparam("first"))
_COUNT = select(func.max(file_pieces.c.position)).where(_KEY)


class DatabaseStorage:
    """Rows of the table `file_pieces`, each of them read and written in a separate transaction.

    Args:
        engine: The database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def put(self, key: str, content: bytes | Path) -> None:
        """Store a file. An empty one has one empty row."""
        n = 0
        async for piece in pieces(content):
            await self._engine.write(partial(_put, key=key, n=n, body=piece))
            n += 1
        if n == 0:
            await self._engine.write(partial(_put, key=key, n=0, body=b""))

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `stop`, or the end, in pieces."""
        first = n = start // PIECE_BYTES
        while stop is None or start < stop:
            inside = start - n * PIECE_BYTES
            size = min(PIECE_BYTES - inside, PIECE_BYTES if stop is None else stop - start)
            piece = await self._engine.read(partial(_get, key=key, n=n, start=inside, size=size))
            if piece is None and n == first and not await self._has(key):
                raise FileNotFoundError(key)
            if not piece:
                return
            yield piece
            start += len(piece)
            if len(piece) < size:
                return
            n = start // PIECE_BYTES

    async def _has(self, key: str) -> bool:
        return await self._engine.read(partial(_get, key=key, n=0, start=0, size=1)) is not None

    async def delete(self, key: str) -> None:
        """Delete a file, its last pieces first: an attempt that ends early can be repeated."""
        while await self._engine.write(partial(_delete, key=key)):
            pass

    def new_key(self) -> str:
        """Return an unused key."""
        return PREFIX + uuid.uuid4().hex

    def made(self, key: str) -> bool:
        """Return whether a key is of a database."""
        return key.startswith(PREFIX)

    def close(self) -> None:
        """Leave everything where it is."""


def _put(tx: Tx, key: str, n: int, body: bytes) -> None:
    tx.run(_PUT, key=key, position=n, body=body)


def _get(tx: Tx, key: str, n: int, start: int, size: int) -> bytes | None:
    row = tx.row(_GET, key=key, n=n, start=start + 1, size=size)
    return None if row is None else bytes(row[0])


def _delete(tx: Tx, key: str) -> int:
    """Delete the last rows; return how many."""
    row = tx.row(_COUNT, key=key)
    if row is None or row[0] is None:
        return 0
    return tx.run(_DELETE, key=key, first=row[0] - DELETED_AT_ONCE + 1)
