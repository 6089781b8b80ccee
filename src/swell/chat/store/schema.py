"""The schema version of a database, and its upgrade to the current one.

A new database gets the tables of `tables.py` at once, which is quicker than all migrations one
after another; a test holds that both lead to the same. Older ones are upgraded by Alembic.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.schema import CreateIndex, CreateTable

from swell.errors import StoreSchemaError

from . import search
from .engines.base import Compiler, Tx
from .tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = [
    "HEAD",
    "create",
    "current",
    "differences",
    "prepare",
    "reading_on",
    "refuse",
    "sqlalchemy_on",
    "upgrade",
]

HEAD = "0015"
"""The revision of this version's tables."""

REVISIONS = tuple(f"{number:04}" for number in range(1, int(HEAD) + 1))
"""All revisions that this version knows, oldest first."""

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION = "SELECT version_num FROM alembic_version"


def create(tx: Tx, compiler: Compiler) -> None:
    """Make all tables in an empty database."""
    for table in metadata.sorted_tables:
        tx.run(str(CreateTable(table).compile(dialect=compiler.dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            tx.run(str(CreateIndex(index).compile(dialect=compiler.dialect)))
    search.create(tx)
    tx.run(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    tx.run(f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}')")  # noqa: S608


def refuse(found: str | None, where: str) -> None:
    """Raise when a database cannot be used, with the fix.

    Raises:
        StoreSchemaError: If its tables are older, newer, or not there.
    """
    if found == HEAD:
        return
    if found is None:
        raise StoreSchemaError(f"{where} has no tables yet; run `swell db upgrade`")
    if found in REVISIONS:
        raise StoreSchemaError(
            f"the tables in {where} have version {found}, and this Swell needs {HEAD}; make a "
            "backup and run `swell db upgrade`"
        )
    raise StoreSchemaError(
        f"the tables in {where} have version {found}, made by a newer Swell than this one, which "
        f"knows {HEAD}; nothing was changed. Update Swell, or put back a backup made before"
    )


def prepare(connection: sqlite3.Connection, compiler: Compiler, where: str) -> None:
    """Make the tables of an SQLite database, or upgrade them; quick when there is nothing to do.

    Raises:
        StoreSchemaError: If they are of a newer Swell.
    """
    found = current_sqlite(connection)
    if found == HEAD:
        return
    if found is None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if current_sqlite(connection) is None:  # else another process was quicker
                create(Tx(connection, compiler), compiler)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    elif found in REVISIONS:
        with sqlalchemy_on(connection) as bound:
            upgrade(bound)
    refuse(current_sqlite(connection), where)


def current_sqlite(connection: sqlite3.Connection) -> str | None:
    """Return the revision of an SQLite database; None when it has no tables of ours."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
    if there.fetchone() is None:
        return None
    row = connection.execute(_VERSION).fetchone()
    return str(row[0]) if row else None


@contextmanager
def sqlalchemy_on(connection: sqlite3.Connection) -> Iterator[Connection]:
    """Wrap an `sqlite3` connection for SQLAlchemy, in a transaction with the file locked."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=pool.StaticPool)
    connection.execute("PRAGMA foreign_keys = OFF")  # tables are rebuilt
    try:
        with engine.connect() as bound:
            # Not before: SQLAlchemy rolls back open transactions of a connection. And Alembic only
            # leaves a transaction to others that SQLAlchemy knows of.
            bound.begin()
            connection.execute("BEGIN IMMEDIATE")
            yield bound
            bound.commit()
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def reading_on(connection: sqlite3.Connection) -> Iterator[Connection]:
    """Wrap an `sqlite3` connection for SQLAlchemy, in a transaction that reads one moment."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=pool.StaticPool)
    with engine.connect() as bound:
        bound.begin()
        connection.execute("BEGIN")
        bound.exec_driver_sql("SELECT 1 FROM sqlite_master").fetchone()  # the moment is now
        yield bound


def _config(bound: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = bound
    return config


def upgrade(bound: Connection, to: str = HEAD) -> None:
    """Bring the tables to this version, or to an older one that is named; the caller commits."""
    from alembic import command

    command.upgrade(_config(bound), to)


def current(bound: Connection) -> str | None:
    """Return the revision of a database; None when it has no tables of ours."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(bound).get_current_revision()


def differences(bound: Connection) -> list[Any]:
    """Return the differences of the tables from those that this version expects."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        del item, other
        known = name in metadata.tables or kind != "table"
        return known or not reflected

    options = {"include_object": ours, "compare_type": False}
    return list(compare_metadata(MigrationContext.configure(bound, opts=options), metadata))
