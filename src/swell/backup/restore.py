"""Restore a backup into either database, in one transaction: all of it, or nothing.

The tables are made as they were when the backup was made, filled, and upgraded to this version. The
search index is made anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, text

from swell.chat.store import schema, search
from swell.chat.store.engines.base import Compiler, Tx
from swell.storage.database import PREFIX

from .archive import BackupError, Reader, StoredBytes
from .databases import SEARCH, SECRETS, TRANSIENT, Place, in_use, revision_of, tables_in

__all__ = ["restore"]

ROWS_AT_ONCE = 500
"""Rows that are in memory at a time."""

_KEY = re.compile(r"[0-9a-f]{32}")


def restore(reader: Reader, place: Place, *, replace: bool = False) -> None:
    """Fill a database from a backup that was checked.

    Args:
        reader: The backup.
        place: The database; an SQLite file is made when it is missing.
        replace: Remove what the database has; without it the database has to be empty.

    Raises:
        BackupError: If the backup is of a newer Swell, the database is in use or not empty.
        StoreUnavailableError: If the database cannot be used.
        OSError: If the disk is full.
    """
    revision = reader.about.revision
    if revision not in schema.REVISIONS:
        raise BackupError(
            f"the backup has tables of version {revision}, made by Swell {reader.about.swell}, and "
            f"this Swell knows {schema.HEAD}; update Swell"
        )
    with place.writing() as bound:
        if in_use(bound, place):
            raise BackupError(f"{place.name} is in use; stop the app first")
        before = tables_in(bound) if revision_of(bound) is not None else []
        if not replace and _has_rows(bound, before):
            raise BackupError(
                f"{place.name} is not empty; make a backup of it, and add --replace to remove all "
                "of it first"
            )
        keys = _keys(bound, before)
        old = _old_files(bound, before)
        _drop(bound)
        schema.upgrade(bound, revision)
        copied = {stored.id for stored in reader.files()}
        for name in tables_in(bound):
            if name in reader.about.tables:
                with reader.table(name) as (columns, rows):
                    if name == "files":
                        rows = _readdressed(columns, rows, copied, place)
                    _load(bound, name, columns, rows)
        schema.upgrade(bound)
        if not reader.about.secrets:
            _load(bound, "secrets", ["name", "value", "created"], keys)
        _restore_bytes(bound, reader, place)
        _leave(bound, old)
        _count_on(bound)
        _plan(bound)
        _index(bound)
        _check_references(bound)


def _has_rows(bound: Connection, tables: Iterable[str]) -> bool:
    looked = [name for name in tables if name not in (*TRANSIENT, *SECRETS)]
    return any(bound.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first() for name in looked)  # noqa: S608


def _keys(bound: Connection, tables: Iterable[str]) -> list[list[Any]]:
    """Return the keys of the service, which stay when the backup has none."""
    if "secrets" not in tables:
        return []
    found = bound.execute(text("SELECT name, value, created FROM secrets"))
    return [list(row) for row in found]


def _old_files(bound: Connection, tables: Iterable[str]) -> list[list[Any]]:
    """Return what to note of files that are replaced, so that the app removes their bytes."""
    there = set(tables)
    if not {"files", "users", "leftovers"} <= there or "path" not in _columns(bound, "files"):
        return []
    if "app" not in _columns(bound, "users"):
        return []
    rows = bound.execute(
        text(
            "SELECT files.id, files.path, users.app FROM files"
            " JOIN users ON users.id = files.user_id UNION SELECT id, path, app FROM leftovers"
        )
    )
    return [list(row) for row in rows if not row[1].startswith(PREFIX)]


def _columns(bound: Connection, table: str) -> Sequence[str]:
    return list(bound.execute(text(f'SELECT * FROM "{table}" LIMIT 0')).keys())  # noqa: S608


def _drop(bound: Connection) -> None:
    """Remove all tables of conversations."""
    cascade = " CASCADE" if bound.dialect.name == "postgresql" else ""
    for name in (*SEARCH, *reversed(tables_in(bound)), "alembic_version"):
        bound.execute(text(f'DROP TABLE IF EXISTS "{name}"{cascade}'))


def _load(bound: Connection, table: str, columns: list[str], rows: Iterable[list[Any]]) -> None:
    """Insert rows."""
    listed = ", ".join(f'"{column}"' for column in columns)
    driver = bound.connection.driver_connection
    assert driver is not None
    if isinstance(driver, sqlite3.Connection):
        marks = ", ".join("?" * len(columns))
        driver.executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', rows)  # noqa: S608
        return
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


# ------------------------------------------------------------------------------------------ files


def _readdressed(
    columns: list[str], rows: Iterable[list[Any]], copied: set[str], place: Place
) -> Iterator[list[Any]]:
    """Yield rows of files with the keys that their bytes get here."""
    at, key = columns.index("id"), columns.index("path")
    for row in rows:
        if row[at] in copied:
            row[key] = _key(row[key], place)
        yield row


def _key(old: str, place: Place) -> str:
    """Return the key of a file: the same random name, in the storage of new files."""
    bare = old.removeprefix(PREFIX)
    if not _KEY.fullmatch(bare):  # of an earlier version: a path
        bare = hashlib.sha256(bare.encode()).hexdigest()[:32]
    return PREFIX + bare if place.files_in_database else bare


def _restore_bytes(bound: Connection, reader: Reader, place: Place) -> None:
    find = text("SELECT path FROM files WHERE id = :id")
    for stored in reader.files():
        row = bound.execute(find, {"id": stored.id}).first()
        if row is None:
            continue
        if place.files_in_database:
            pieces = reader.pieces(stored)
            rows = ([row[0], n, piece] for n, piece in enumerate(pieces))
            _load(bound, "file_pieces", ["key", "position", "body"], _or_empty(rows, row[0]))
        else:
            _write(place.folder / row[0], reader, stored)


def _or_empty(rows: Iterator[list[Any]], key: str) -> Iterator[list[Any]]:
    """Yield the rows of a file; an empty one has one empty row."""
    first = next(rows, None)
    yield [key, 0, b""] if first is None else first
    yield from rows


def _write(path: Path, reader: Reader, stored: StoredBytes) -> None:
    """Write a file; a repeated attempt replaces what an earlier one has left."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        for piece in reader.pieces(stored):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _leave(bound: Connection, old: list[list[Any]]) -> None:
    """Let the app remove the bytes of files that no row names any more."""
    known = {str(row[0]) for row in bound.execute(text("SELECT path FROM files"))}
    _load(bound, "leftovers", ["id", "path", "app"], [row for row in old if row[1] not in known])


# ------------------------------------------------------------------------- numbers and the search


def _count_on(bound: Connection) -> None:
    """Let the numbers of new rows follow those of the backup; SQLite needs no help."""
    if bound.dialect.name == "postgresql":
        for table in ("threads", "parts", "audit"):
            bound.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'n'), max(n)) FROM {table}"  # noqa: S608
                    " HAVING max(n) IS NOT NULL"
                )
            )


def _plan(bound: Connection) -> None:
    """Let PostgreSQL count the rows, or it reads whole tables for each window of `_index`."""
    if bound.dialect.name == "postgresql":
        for table in ("threads", "messages", "parts"):
            bound.execute(text(f"ANALYZE {table}"))


_PARTS = text(
    "SELECT parts.n, parts.body, threads.id, threads.user_id FROM parts"
    " JOIN messages ON messages.id = parts.message_id"
    " JOIN threads ON threads.id = messages.thread_id"
    " WHERE parts.indexed = 1 AND parts.type = 'text' AND parts.n > :after"
    " ORDER BY parts.n LIMIT :most"
)
_TITLES = text("SELECT n, user_id, title FROM threads WHERE n > :after ORDER BY n LIMIT :most")


def _index(bound: Connection) -> None:
    """Make the search index of all parts and titles."""
    name: Literal["sqlite", "postgresql"]
    name = "sqlite" if bound.dialect.name == "sqlite" else "postgresql"
    tx = Tx(bound.connection.driver_connection, Compiler(bound.dialect, name))
    for table in SEARCH:
        empty = f"INSERT INTO {table} ({table}) VALUES ('delete-all')"  # noqa: S608
        bound.execute(text(empty if name == "sqlite" else f"DELETE FROM {table}"))  # noqa: S608
    after = 0
    while rows := bound.execute(_PARTS, {"after": after, "most": ROWS_AT_ONCE}).all():
        for n, body, thread_id, user_id in rows:
            search.index_parts(tx, user_id, thread_id, [(n, body)])
        after = rows[-1][0]
    after = 0
    while rows := bound.execute(_TITLES, {"after": after, "most": ROWS_AT_ONCE}).all():
        for n, user_id, title in rows:
            if title:
                search.retitle(tx, user_id, n, None, title)
        after = rows[-1][0]


def _check_references(bound: Connection) -> None:
    """Raise when a row refers to a missing one; PostgreSQL has checked that already.

    Raises:
        BackupError: If one does.
    """
    if bound.dialect.name == "sqlite":
        wrong = list(islice(bound.exec_driver_sql("PRAGMA foreign_key_check"), 1))
        if wrong:
            raise BackupError(f"the backup does not fit together: {tuple(wrong[0])}")
