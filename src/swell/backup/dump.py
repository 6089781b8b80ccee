"""Make a backup: everything of one moment, while the app runs.

The rows are read in one transaction: a snapshot in SQLite's write-ahead log, `REPEATABLE READ` in
PostgreSQL. The bytes of a file never change, so they may be read later; a file that is removed
between the two moments is counted as missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, inspect, text

from swell.chat.store import schema
from swell.storage.base import PIECE_BYTES
from swell.storage.database import PREFIX

from .archive import BackupError, Writer
from .databases import SECRETS, TRANSIENT, Place, revision_of, tables_in

__all__ = ["Made", "make"]

ROWS_AT_ONCE = 500
"""Rows that are in memory at a time."""


class Made(NamedTuple):
    """What a backup contains.

    Attributes:
        rows: Rows by table.
        files: Number of files.
        bytes: Their size.
        missing: Ids of files whose bytes are not there.
        revision: Version of the tables.
    """

    rows: dict[str, int]
    files: int
    bytes: int
    missing: list[str]
    revision: str


def make(place: Place, to: Path, version: str, *, secrets: bool = False) -> Made:
    """Write a backup of a database and of its files to a new file.

    Args:
        place: The database.
        to: The file; it gets its name when it is complete.
        version: Version of Swell.
        secrets: Include the keys of the service.

    Raises:
        BackupError: If the file exists, or the tables are of a newer Swell.
        StoreUnavailableError: If the database cannot be read.
        OSError: If the disk is full.
    """
    with place.reading() as bound, Writer(to) as writer:
        revision = revision_of(bound)
        if revision is None or revision not in schema.REVISIONS:
            raise BackupError(
                f"{place.name} has tables of version {revision or 'none'}, and this Swell knows "
                f"{schema.HEAD} and earlier ones"
            )
        there = tables_in(bound)
        for name in there:
            if name not in TRANSIENT and (secrets or name not in SECRETS):
                columns = [column["name"] for column in inspect(bound).get_columns(name)]
                writer.table(name, columns, _rows(bound, name, columns))
        missing = _files(bound, writer, place) if "files" in there else []
        writer.manifest(
            revision=revision,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            swell=version,
            database="sqlite" if place.path is not None else "postgresql",
            secrets=secrets,
            missing=missing,
        )
        rows = {name: found.rows for name, found in writer.tables.items()}
        return Made(rows, writer.files, writer.bytes, missing, revision)


def _rows(bound: Connection, table: str, columns: list[str]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a table, a window of them in memory."""
    listed = ", ".join(f'"{column}"' for column in columns)
    streamed = bound.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE)
    with streamed.execute(text(f'SELECT {listed} FROM "{table}"')) as found:  # noqa: S608
        for row in found:
            yield tuple(row)


_FILES = text("SELECT id, path, size FROM files WHERE id > :after ORDER BY id LIMIT :most")
_PIECE = text("SELECT body FROM file_pieces WHERE key = :key AND position = :n")


def _files(bound: Connection, writer: Writer, place: Place) -> list[str]:
    """Write the bytes of all files; return the ids of those that are not there."""
    missing: list[str] = []
    after = ""
    while rows := bound.execute(_FILES, {"after": after, "most": ROWS_AT_ONCE}).all():
        for file_id, key, size in rows:
            if key.startswith(PREFIX):
                if bound.execute(_PIECE, {"key": key, "n": 0}).first() is None:
                    missing.append(file_id)
                else:
                    writer.file(file_id, _pieces(bound, key))
                continue
            path = place.folder / key
            # Half of a file is there while it is being stored: no message shows it yet.
            if not path.is_relative_to(place.folder) or _size(path) != size:
                missing.append(file_id)
            else:
                writer.file(file_id, _read(path))
        after = rows[-1][0]
    return missing


def _pieces(bound: Connection, key: str) -> Iterator[bytes]:
    n = 0
    while (row := bound.execute(_PIECE, {"key": key, "n": n}).first()) is not None:
        yield bytes(row[0])
        n += 1


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
