"""The database of a backup: what a URL names, and how to read and write it as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from swell.chat.store import schema
from swell.chat.store.databases import is_server
from swell.chat.store.engines import sqlite
from swell.chat.store.engines.presence import Presence
from swell.chat.store.processes import LEASE_S
from swell.chat.store.tables import metadata
from swell.errors import StoreUnavailableError

__all__ = ["SEARCH", "SECRETS", "TRANSIENT", "Place", "in_use", "revision_of", "tables_in"]

SEARCH = ("part_words", "thread_words")
"""Tables of the search index, which is made anew."""

SECRETS = ("secrets",)
"""Tables with keys of the service."""

TRANSIENT = (
    "file_pieces",  # bytes of files, which the archive has as files
    "leftovers",
    "page_owners",
    "processes",
    "sign_ins",
    "signals",
    "uploads",
)
"""Tables that are not part of a backup: they concern processes, tabs and browsers of one moment."""


class Place(NamedTuple):
    """A database, and the directory of files that goes with it.

    Attributes:
        url: URL of PostgreSQL, or path of an SQLite file.
        folder: Directory of files.
        files_in_database: Whether new files are stored in the database.
    """

    url: str
    folder: Path
    files_in_database: bool

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        return None if is_server(self.url) else Path(self.url)

    @property
    def name(self) -> str:
        """How to name it in a message; without a password."""
        return f"the database {self.url.rpartition('/')[2]!r}" if self.path is None else self.url

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open the database as it is at this moment.

        Raises:
            StoreUnavailableError: If it cannot be used.
        """
        with self._explaining():
            if self.path is not None:
                with sqlite.snapshot(self.path) as bound:
                    yield bound
                return
            from swell.chat.store.engines.postgres import snapshot

            with snapshot(self.url) as bound:
                yield bound

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the database in one transaction, which is committed at the end.

        Raises:
            StoreUnavailableError: If it cannot be used.
        """
        with self._explaining():
            if self.path is not None:
                with sqlite.connect(self.path) as bound:
                    yield bound
                return
            from swell.chat.store.engines.postgres import connect

            with connect(self.url) as bound:
                bound.execute(text("SET LOCAL lock_timeout = 10000"))
                yield bound
                bound.commit()

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Raise what a driver says in the middle as an error of Swell."""
        try:
            yield
        except DBAPIError as error:
            raise StoreUnavailableError(f"{self.name}: {error.orig}".strip()) from error


def revision_of(bound: Connection) -> str | None:
    """Return the version of the tables; None when there are none."""
    return schema.current(bound)


def tables_in(bound: Connection) -> list[str]:
    """Return the names of the tables of conversations that a database has."""
    there = set(inspect(bound).get_table_names())
    return [table.name for table in metadata.sorted_tables if table.name in there]


def in_use(bound: Connection, place: Place) -> bool:
    """Return whether a process serves an app on a database."""
    if place.path is not None:
        beside = place.path.parent.glob(f"{place.path.name}-*.alive")
        begin = len(place.path.name) + 1
        return any(Presence.seen(place.path, one.name[begin : -len(".alive")]) for one in beside)
    if "processes" not in tables_in(bound):
        return False
    now = "extract(epoch FROM clock_timestamp())"
    alive = f"SELECT 1 FROM processes WHERE seen > {now} - {LEASE_S} LIMIT 1"  # noqa: S608
    return bound.execute(text(alive)).first() is not None
