"""Uploads that all processes of a service see, until their tab is gone."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Double, bindparam, delete, func, literal_column, select, update

from swell.chat.store.engines.base import Engine, Tx
from swell.chat.store.statements import inserting
from swell.chat.store.tables import uploads
from swell.errors import LimitError

from .base import IN_PLACE, Content, Upload
from .database import DatabaseStorage

__all__ = ["Uploads"]

CLIENTS_AT_ONCE = 500
"""Tabs of which one statement notes that they are there."""

REMOVED_AT_ONCE = 100
"""Uploads that one call of `tend` removes."""

_NOW = literal_column("extract(epoch from clock_timestamp())", Double)
_ID = uploads.c.id == bindparam("file")
_ADD = inserting(uploads, ignore=True)
_TIME = select(_NOW)
_SPACE = select(func.count(), func.coalesce(func.sum(uploads.c.size), 0)).where(
    uploads.c.owner == bindparam("whose"), uploads.c.client != ""
)
_READY = update(uploads).where(_ID).values(ready=1)
_GET = select(
    uploads.c.id,
    uploads.c.name,
    uploads.c.owner,
    uploads.c.size,
    uploads.c.picture,
    uploads.c.client,
    uploads.c.key,
).where(_ID, uploads.c.ready == 1)
_KEY = select(uploads.c.key).where(_ID)
_DELETE = delete(uploads).where(_ID)
_OVER = (
    select(uploads.c.id)
    .where(uploads.c.seen < _NOW - bindparam("keep_s", type_=Double))
    .order_by(uploads.c.seen)
    .limit(bindparam("most"))
)


class Uploads:
    """Uploads in the table of that name, and their bytes beside those of other files.

    Each process notes now and then that its tabs are there, and that itself is: an upload is
    removed some time after the last note.

    Args:
        engine: The database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._storage = DatabaseStorage(engine)
        self._process = secrets.token_hex(16)

    async def add(self, upload: Upload, content: Path, most: int, most_bytes: int) -> None:
        """Store an upload; no process finds it before it is complete.

        Args:
            upload: The upload.
            content: Its bytes.
            most: Most uploads of an owner.
            most_bytes: Most bytes of these.

        Raises:
            LimitError: If the owner has too many.
        """
        kept = upload._replace(key=self._storage.new_key())
        full = await self._engine.write(
            partial(_add, kept=kept, process=self._process, most=most, most_bytes=most_bytes)
        )
        if full:
            raise LimitError("the space of one browser", full)
        await self._storage.put(kept.key, content)
        await self._engine.write(lambda tx: tx.run(_READY, file=kept.id))

    async def add_in_place(self, upload: Upload, path: Path) -> None:
        """Let other processes find a file of the app that is on the disk of this machine.

        It counts for no quota.
        """
        key = IN_PLACE + str(path)
        await self._engine.write(
            partial(_insert, kept=upload._replace(key=key), process=self._process, ready=1)
        )

    async def get(self, file_id: str) -> Upload | None:
        """Return an upload; None if there is none."""
        row = await self._engine.read(lambda tx: tx.row(_GET, file=file_id))
        return None if row is None else Upload(*row)

    async def save(self, upload: Upload, to: Path) -> None:
        """Write the bytes of an upload to a new file.

        Raises:
            OSError: If they are gone, or the disk is full.
        """
        await Content(self._storage, upload.key).save(to)

    async def delete(self, file_id: str) -> None:
        """Delete an upload; a missing one is no error."""
        row = await self._engine.read(lambda tx: tx.row(_KEY, file=file_id))
        if row is not None:
            await self._storage.delete(row[0])
            await self._engine.write(lambda tx: tx.run(_DELETE, file=file_id))

    async def tend(self, clients: Collection[str], keep_s: float) -> None:
        """Note which tabs are there, and remove uploads whose tab and process are gone.

        Args:
            clients: The tabs of this process.
            keep_s: How long an upload stays without a note, in seconds.
        """
        tabs = list(clients)
        for start in range(0, max(1, len(tabs)), CLIENTS_AT_ONCE):
            some = tabs[start : start + CLIENTS_AT_ONCE]
            await self._engine.write(partial(_see, tabs=some, process=self._process))
        over = await self._engine.read(
            lambda tx: tx.rows(_OVER, keep_s=keep_s, most=REMOVED_AT_ONCE)
        )
        for (file_id,) in over:
            await self.delete(file_id)


def _add(tx: Tx, kept: Upload, process: str, most: int, most_bytes: int) -> str:
    """Add a row; return which limit of its owner forbids that."""
    if kept.owner is not None:
        row = tx.row(_SPACE, whose=kept.owner)
        count, size = row if row is not None else (0, 0)
        if count >= most:
            return f"{most} files (upload_quota_files)"
        if size + kept.size > most_bytes:
            return f"{most_bytes:,} bytes (upload_quota_bytes)"
    _insert(tx, kept, process, ready=0)
    return ""


def _insert(tx: Tx, kept: Upload, process: str, ready: int) -> None:
    now = tx.row(_TIME)
    assert now is not None
    tx.run(_ADD, **kept._asdict(), process=process, ready=ready, seen=float(now[0]))


_SEE = (
    "UPDATE uploads SET seen = extract(epoch from clock_timestamp())"
    " WHERE client = ANY(%(tabs)s) AND client <> '' OR client = '' AND process = %(process)s"
)


def _see(tx: Tx, tabs: Sequence[str], process: str) -> None:
    tx.run(_SEE, tabs=list(tabs), process=process)
