"""PostgreSQL through psycopg 3: the same functions of a transaction, in a few threads.

Each thread has a separate connection. A broken connection is replaced, and its transaction is run
again: every change of the store may be repeated, even if it is unknown whether the first attempt
was committed.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from swell.chat.store import processes, schema
from swell.chat.store.ids import new_id
from swell.errors import StoreSchemaError, StoreUnavailableError

from .base import Compiler, Tx

__all__ = ["PostgresEngine", "connect", "snapshot"]

T = TypeVar("T")

CONNECTIONS = 6
"""Most connections of one engine."""

WAITING_MAX = 10_000
"""Most calls that wait for a connection; more are refused."""

CONNECT_S = 5
"""How long connecting may take, in seconds."""

STATEMENT_S = 15
"""How long one statement may take, in seconds; waiting for a lock counts."""

IDLE_S = 3
"""How long a transaction may be idle, in seconds: a process that is frozen in one holds locks."""

UPGRADE_LOCK = 0x7377656C6C
"""Number of the lock that an upgrade of the tables holds."""

ATTEMPTS = 4
"""How often a call is tried whose connection broke, or that met another in a deadlock."""

_OPTIONS: dict[str, Any] = {
    "autocommit": True,  # explicit transactions
    "connect_timeout": CONNECT_S,
    "application_name": "swell",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * STATEMENT_S,
}


class PostgresEngine:
    """A database of PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Name the database: `postgresql://user:password@host/name`.

        Raises:
            ValueError: If that is no such URL. The message does not repeat it: it may hold a
                password.
        """
        self.path: Path | None = None
        self._url = _plain(url)
        self.distributed = True
        self.owner = new_id()
        self._compiler = Compiler(PGDialect_psycopg(), "postgresql")  # type: ignore[no-untyped-call]
        self._threads: ThreadPoolExecutor | None = None
        self._waiting = 0
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._open: set[psycopg.Connection[Any]] = set()
        self._checked = False
        self._pooled = False

    async def open(self) -> None:
        """Connect, and see that the tables are those of this version."""
        await self.write(lambda _: None)

    async def close(self) -> None:
        """Let what runs end, and disconnect."""
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.get_running_loop().run_in_executor(None, threads.shutdown)
        await asyncio.to_thread(self._disconnect)

    def _disconnect(self) -> None:
        with self._lock:
            while self._open:
                self._open.pop().close()

    def alive(self, tx: Tx, owner: str) -> bool:
        """Return whether a process is among those that serve an app; `recover` removes others."""
        return processes.joined(tx, owner)

    # --------------------------------------------------------------------------------- running

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run and commit a change."""
        return await self._submit(work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run a function that changes nothing."""
        return await self._submit(work)

    async def _submit(self, work: Callable[[Tx], T]) -> T:
        if self._waiting >= WAITING_MAX:
            raise StoreUnavailableError(f"{WAITING_MAX} calls wait for a connection already")
        if self._threads is None:
            self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="swell-store")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, work)
        finally:
            self._waiting -= 1

    def _run(self, work: Callable[[Tx], T]) -> T:
        """Work of one of the threads."""
        attempt = 0
        while True:
            attempt += 1
            connection: psycopg.Connection[Any] | None = None
            try:
                connection = self._connection()
                with connection.transaction():
                    if self._pooled:
                        connection.execute(_limits("SET LOCAL"))
                    return work(Tx(connection, self._compiler))
            except (errors.DeadlockDetected, errors.SerializationFailure) as error:
                if attempt >= ATTEMPTS:
                    raise _unavailable("it is too busy", error) from error
            except (
                psycopg.OperationalError,
                psycopg.InterfaceError,
                errors.IdleInTransactionSessionTimeout,
            ) as error:
                broken = connection is not None and connection.broken
                if connection is not None:
                    self._drop(connection)
                if not broken or attempt >= 2:
                    raise _unavailable(_reason(error), error) from error
            time.sleep(secrets.randbelow(20) / 1000)

    def _connection(self) -> psycopg.Connection[Any]:
        """Return this thread's connection, made when there is none."""
        connection: psycopg.Connection[Any] | None = getattr(self._mine, "connection", None)
        if connection is None or connection.closed:
            connection = psycopg.connect(self._url, **_OPTIONS)
            try:
                _check_encoding(connection)
                self._pooled = _is_pooled(connection)
                if self._pooled:  # the next transaction may be on another connection of the server
                    connection.prepare_threshold = None
                else:
                    connection.execute(_limits("SET"))
                self._check(connection)
            except BaseException:
                connection.close()
                raise
            with self._lock:
                self._open.add(connection)
            self._mine.connection = connection
        return connection

    def _check(self, connection: psycopg.Connection[Any]) -> None:
        if self._checked:
            return
        where = f"the database {connection.info.dbname!r}"
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except errors.UndefinedTable:
            row = None
        schema.refuse(row[0] if row else None, where)
        self._checked = True

    def _drop(self, connection: psycopg.Connection[Any]) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)
        with contextlib.suppress(psycopg.Error):
            connection.close()
        self._mine.connection = None


def _limits(command: Literal["SET", "SET LOCAL"]) -> SQL:
    """Return the statements that bound what a connection, or a transaction, may take."""
    return SQL(
        f"{command} statement_timeout = {1000 * STATEMENT_S};"
        f"{command} idle_in_transaction_session_timeout = {1000 * IDLE_S}"
    )


def _plain(url: str) -> str:
    plain = "postgresql" + url[url.index(":") :]
    try:
        conninfo_to_dict(plain)
    except psycopg.ProgrammingError:
        raise ValueError("expected `postgresql://user:password@host/name`") from None
    return plain


def _unavailable(reason: str, error: Exception) -> StoreUnavailableError:
    del error
    return StoreUnavailableError(f"PostgreSQL: {reason}")


def _reason(error: Exception) -> str:
    """One line that does not hold the password: psycopg leaves that out of its messages."""
    if isinstance(error, errors.QueryCanceled):
        return f"a statement took more than {STATEMENT_S} s"
    if isinstance(error, errors.DiskFull):
        return "there is no space left on its disk"
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return "it only allows to read"
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _is_pooled(connection: psycopg.Connection[Any]) -> bool:
    """Return whether a pooler such as PgBouncer is in between: it invents the backend id."""
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return row is None or row[0] != connection.info.backend_pid


def _check_encoding(connection: psycopg.Connection[Any]) -> None:
    """Refuse a database that cannot hold every text.

    Raises:
        StoreSchemaError: If its encoding is not UTF-8.
    """
    found = connection.info.parameter_status("server_encoding")
    if found != "UTF8":
        name = connection.info.dbname
        raise StoreSchemaError(
            f"the database {name!r} has the encoding {found}, and chats need UTF8; make another "
            f"one with `CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0`"
        )


def _connected(url: str) -> psycopg.Connection[Any]:
    """Connect for migrations."""
    connection = psycopg.connect(url, connect_timeout=CONNECT_S, prepare_threshold=None)
    try:
        _check_encoding(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(url: str) -> Connection:
    """Return a connection of SQLAlchemy, for migrations.

    Raises:
        StoreUnavailableError: If it cannot be reached.
    """
    # Until the end of the transaction: the second of two concurrent upgrades has nothing to do.
    return _bound(url, f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")


def snapshot(url: str) -> Connection:
    """Return a connection that only reads, and sees the database as it is now until it is closed.

    Raises:
        StoreUnavailableError: If it cannot be reached.
    """
    bound = _bound(url, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    bound.exec_driver_sql("SELECT 1")  # the moment is that of the first query
    return bound


def _bound(url: str, first: str) -> Connection:
    """Return a connection in a transaction that begins with a statement."""
    plain = _plain(url)
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connected(plain),
        poolclass=pool.NullPool,
    )
    try:
        bound = engine.connect()
        bound.exec_driver_sql(first)
        return bound
    except StoreSchemaError:
        raise
    except Exception as error:
        cause = error.__cause__ or error
        raise _unavailable(
            _reason(cause if isinstance(cause, Exception) else error), error
        ) from None
