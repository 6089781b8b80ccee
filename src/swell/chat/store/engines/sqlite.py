"""SQLite: one thread writes, and commits everything that waits in one transaction.

Connections that compete for SQLite's lock are 25 to 75 times slower than one that has it. So every
change goes to one thread per file, which takes all queued changes, runs each in a separate
savepoint, commits once, and then reports the result of each. Readers have their own connections and
do not wait for it. Commands may use the file beside the process that serves an app.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite as dialect

from swell.chat.store import schema
from swell.chat.store.ids import new_id
from swell.errors import StoreUnavailableError, SwellError

from .base import Compiler, Tx
from .presence import Presence

__all__ = ["SqliteEngine", "connect", "snapshot"]

T = TypeVar("T")

WAITING_MAX = 10_000
"""Most changes, and most reads, that wait at a time; more are refused."""

GROUP_MAX = 500
"""Most changes in one transaction."""

GROUP_S = 0.05
"""Longest time for which a transaction takes in more changes, in seconds."""

BUSY_S = 5.0
"""How long another process may keep the file locked before a call fails, in seconds."""

READERS = 4
"""Most reads at a time."""

CACHE_KIB = 16 << 10
"""Pages that the writer keeps in memory, in KiB; a reader keeps a quarter."""

WAL_MAX_BYTES = 64 << 20
"""Size to which the write-ahead log is cut after a checkpoint."""


class _Job:
    """A queued change, and the future of its result."""

    __slots__ = ("error", "future", "loop", "result", "work")

    def __init__(self, work: Callable[[Tx], Any]) -> None:
        self.work = work
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None


class SqliteEngine:
    """One SQLite file, or a database in memory."""

    def __init__(self, path: Path | None) -> None:
        """Name the file; None keeps everything in memory."""
        self.path = path
        self.distributed = False
        self.owner = new_id()
        # Named parameters, as `sqlite3` knows them.
        self._compiler = Compiler(dialect.dialect(paramstyle="named"), "sqlite")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiting = 0
        self._closed = False
        self._ending = False
        self._writer: threading.Thread | None = None
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._reading = 0
        self._reader = threading.local()
        self._open_readers: list[sqlite3.Connection] = []
        self._presence: Presence | None = None

    # -------------------------------------------------------------------------- open and close

    async def open(self) -> None:
        """Connect, make the tables of a new file and upgrade those of an old one."""
        self._closed = False
        await self.write(lambda _: None)

    async def close(self) -> None:
        """Commit the queued changes and close the file."""
        self._closed = True
        writer, self._writer = self._writer, None
        if writer is not None:
            self._jobs.put(None)
            await asyncio.get_running_loop().run_in_executor(None, writer.join)
        readers, self._readers = self._readers, None
        if readers is not None:
            await asyncio.get_running_loop().run_in_executor(None, readers.shutdown)
        while self._open_readers:
            self._open_readers.pop().close()
        if self._presence is not None:
            self._presence.end()
            self._presence = None

    def alive(self, tx: Tx, owner: str) -> bool:
        """Return whether a process of this machine still uses the file under this name."""
        del tx
        if owner == self.owner:
            return True
        return self.path is not None and Presence.seen(self.path, owner)

    # --------------------------------------------------------------------------------- writing

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run and commit a change together with all that waits."""
        if self._closed:
            raise StoreUnavailableError("it is closed")
        if self._waiting >= WAITING_MAX:
            raise StoreUnavailableError(f"{WAITING_MAX} changes wait for the disk already")
        job = _Job(work)
        self._waiting += 1
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_all, name="swell-store", daemon=True)
            self._writer.start()
        self._jobs.put(job)
        result: T = await job.future
        return result

    def _write_all(self) -> None:
        """Work of the writer's thread."""
        self._ending = False
        while not self._ending:
            first = self._jobs.get()
            if first is None:
                break
            group = [first]
            try:
                self._transaction(self._begin(group), group)
            except BaseException as error:  # raised in the callers, whatever it is
                known = self._explain(error)
                for job in group:
                    job.error = job.error or known
                self._drop(error)
            self._tell(group)
        self._drop(None)

    def _begin(self, group: list[_Job]) -> sqlite3.Connection:
        try:
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            while job := self._next():  # the queued ones fail as well
                group.append(job)
            raise
        return connection

    def _next(self) -> _Job | None:
        """Return the next queued job; None when there is none, or at the end."""
        job: _Job | None = None
        if not self._ending:
            with contextlib.suppress(queue.Empty):
                job = self._jobs.get_nowait()
                self._ending = job is None
        return job

    def _transaction(self, connection: sqlite3.Connection, group: list[_Job]) -> None:
        """Run the first job and those queued during it, and commit."""
        tx = Tx(connection, self._compiler)
        until = time.monotonic() + GROUP_S
        job: _Job | None = group[0]
        while job is not None:
            connection.execute("SAVEPOINT job")
            try:
                job.result = job.work(tx)
            except sqlite3.DatabaseError as error:
                if not connection.in_transaction or not isinstance(error, sqlite3.IntegrityError):
                    # SQLite has given up, or is about to: nothing of the group may be kept, and
                    # those before this one are not at fault. Each is tried again alone.
                    self._roll_back(connection)
                    if len(group) == 1:
                        raise
                    self._one_by_one(group)
                    return
                connection.execute("ROLLBACK TO job")
                job.error = error
            except Exception as error:  # raised in the caller
                connection.execute("ROLLBACK TO job")
                job.error = error
            connection.execute("RELEASE job")
            job = None
            if len(group) < GROUP_MAX and time.monotonic() < until and (job := self._next()):
                group.append(job)
        try:
            connection.execute("COMMIT")
        except BaseException:
            self._roll_back(connection)
            if len(group) == 1:
                raise
            self._one_by_one(group)

    def _one_by_one(self, group: list[_Job]) -> None:
        for job in group:
            job.result = job.error = None
            connection: sqlite3.Connection | None = None
            try:
                connection = self._connect()
                connection.execute("BEGIN IMMEDIATE")
                job.result = job.work(Tx(connection, self._compiler))
                connection.execute("COMMIT")
            except Exception as error:  # raised in the caller
                job.error = self._explain(error)
                if connection is not None:
                    self._roll_back(connection)

    @staticmethod
    def _roll_back(connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")

    def _tell(self, group: list[_Job]) -> None:
        self._waiting -= len(group)  # only a bound: exact to the thread switch is not needed
        loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        for job in group:
            loops.setdefault(job.loop, []).append(job)
        for loop, jobs in loops.items():
            with contextlib.suppress(RuntimeError):  # the loop is closed: the caller is gone
                loop.call_soon_threadsafe(_resolve, jobs)

    # ------------------------------------------------------------------------------ connecting

    def _connect(self) -> sqlite3.Connection:
        """Return the writer's connection to the current file."""
        if self.path is None:
            if self._connection is None:
                self._connection = self._configure(sqlite3.connect(":memory:", **_OPTIONS))
                schema.prepare(self._connection, self._compiler, "in memory")
            return self._connection
        if self._connection is not None:
            if _inode(self.path) == self._inode:
                return self._connection
            self._drop(None)
        if self._inode is None:
            _create(self.path)
        connection = self._configure(self._join("rw"))
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute(f"PRAGMA journal_size_limit = {WAL_MAX_BYTES}")
            schema.prepare(connection, self._compiler, str(self.path))
            if self._presence is None:
                self._presence = Presence(self.path, self.owner)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self._inode = _inode(self.path)
        return connection

    def _join(self, mode: str) -> sqlite3.Connection:
        assert self.path is not None
        if _inode(self.path) is None:
            raise StoreUnavailableError(
                f"the file {self.path} is gone. Put it back, or restart to begin a new one"
            )
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        connection: sqlite3.Connection = sqlite3.connect(uri, uri=True, **_OPTIONS)
        return connection

    @staticmethod
    def _configure(connection: sqlite3.Connection) -> sqlite3.Connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def _drop(self, error: BaseException | None) -> None:
        """Close the writer's connection, unless it is still usable after the error."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if self._connection is None or code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL):
            return
        if self.path is None and error is not None:
            return  # closing it would lose everything
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
        self._connection = None

    def _explain(self, error: BaseException) -> BaseException:
        """Return the error to raise in the caller for an error of the database."""
        if isinstance(error, SwellError) or not isinstance(error, (sqlite3.Error, OSError)):
            return error
        where = str(self.path or "the database in memory")
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        reason = {
            sqlite3.SQLITE_BUSY: f"another process keeps {where} locked",
            sqlite3.SQLITE_LOCKED: f"another process keeps {where} locked",
            sqlite3.SQLITE_FULL: f"there is no space left for {where}",
            sqlite3.SQLITE_READONLY: f"{where} cannot be written to",
            sqlite3.SQLITE_PERM: f"{where} cannot be written to",
            sqlite3.SQLITE_CANTOPEN: f"{where} cannot be opened",
            sqlite3.SQLITE_CORRUPT: f"{where} is damaged; put a backup back",
            sqlite3.SQLITE_NOTADB: f"{where} is not a database of SQLite",
        }.get(code)
        if reason is None and isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError)):
            return error
        explained = StoreUnavailableError(reason or f"{where}: {error}")
        explained.__cause__ = error
        return explained

    # --------------------------------------------------------------------------------- reading

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run a function that changes nothing, beside the writer."""
        if self.path is None or self._closed:
            return await self.write(work)
        if self._inode is None:
            await self.open()
        if self._reading >= WAITING_MAX:
            raise StoreUnavailableError(f"{WAITING_MAX} reads wait for the disk already")
        if self._readers is None:
            self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="swell-store-read")
        self._reading += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)
        finally:
            self._reading -= 1

    def _read(self, work: Callable[[Tx], T]) -> T:
        """Work of one of the readers' threads."""
        assert self.path is not None
        connection: sqlite3.Connection | None = getattr(self._reader, "connection", None)
        try:
            inode = _inode(self.path)
            if connection is None or self._reader.inode != inode:
                self._forget_reader()
                connection = self._configure(self._join("rw"))
                connection.execute("PRAGMA query_only = ON")
                connection.execute(f"PRAGMA cache_size = -{CACHE_KIB // 4}")
                self._reader.connection, self._reader.inode = connection, inode
                self._open_readers.append(connection)
            connection.execute("BEGIN")
            try:
                return work(Tx(connection, self._compiler))
            finally:
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            if not isinstance(error, (sqlite3.ProgrammingError, sqlite3.IntegrityError)):
                self._forget_reader()
            raise self._explain(error) from error

    def _forget_reader(self) -> None:
        connection: sqlite3.Connection | None = getattr(self._reader, "connection", None)
        self._reader.connection = None
        if connection is not None:
            with contextlib.suppress(ValueError):
                self._open_readers.remove(connection)
            with contextlib.suppress(sqlite3.Error):
                connection.close()


_OPTIONS: dict[str, Any] = {
    "timeout": BUSY_S,
    "isolation_level": None,  # explicit transactions
    "check_same_thread": False,
    "cached_statements": 256,
}


@contextlib.contextmanager
def connect(path: Path) -> Iterator[Connection]:
    """Open a file with SQLAlchemy, for migrations; a missing file is created.

    Raises:
        StoreUnavailableError: If it cannot be used.
    """
    engine = SqliteEngine(path)
    connection: sqlite3.Connection | None = None
    try:
        _create(path)
        connection = engine._configure(engine._join("rw"))
        connection.execute("PRAGMA journal_mode = WAL")
        with schema.sqlalchemy_on(connection) as bound:
            yield bound
    except (sqlite3.Error, OSError) as error:
        raise engine._explain(error) from error
    finally:
        if connection is not None:
            connection.close()


@contextlib.contextmanager
def snapshot(path: Path) -> Iterator[Connection]:
    """Open a file with SQLAlchemy, to read it as it is now; others may write at the same time.

    Raises:
        StoreUnavailableError: If it cannot be used.
    """
    engine = SqliteEngine(path)
    connection: sqlite3.Connection | None = None
    try:
        connection = engine._configure(engine._join("rw"))
        connection.execute("PRAGMA query_only = ON")
        with schema.reading_on(connection) as bound:
            yield bound
    except sqlite3.Error as error:
        raise engine._explain(error) from error
    finally:
        if connection is not None:
            connection.close()


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():  # the caller is gone; the change stays
            continue
        if job.error is None:
            job.future.set_result(job.result)
        else:
            job.future.set_exception(job.error)


def _inode(path: Path) -> tuple[int, int] | None:
    """Return the identity of the file, to detect a replaced one; None when there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _create(path: Path) -> None:
    """Make the file, and its folder, for this account alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
