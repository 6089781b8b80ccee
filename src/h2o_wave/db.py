"""WaveDB for code written for H2O Wave: databases in SQLite files, without a server."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from h2o_wave.rules import warn

if TYPE_CHECKING:
    import sqlite3  # loaded by the programs that use it

__all__ = ["WaveDB", "WaveDBConnection", "WaveDBError", "connect"]

Rows: TypeAlias = list[list[Any]]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_TIMEOUT_S = 10.0


class WaveDBError(Exception):
    """A database cannot be opened or deleted."""


class WaveDBConnection:
    """Databases by their names, each a file `<name>.db` in one folder.

    Args:
        address: Address of a WaveDB server; left out, with a warning: the databases are files.
        key_id: Left out as well. key_secret: The same.
    """

    def __init__(
        self,
        address: str | None = None,
        key_id: str | None = None,
        key_secret: str | None = None,
    ) -> None:
        if address or key_id or key_secret:
            warn("the databases are files in SWELL_WAVEDB_DIR, not on a server")
        self._open: dict[str, sqlite3.Connection] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> WaveDB:
        """Return the database with a name; its file is made by the first statement.

        Raises:
            ValueError: If the name cannot be that of a file.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"expected a name of letters, digits and _.-, got {name!r}")
        return WaveDB(self, name)

    def __del__(self) -> None:
        for one in getattr(self, "_open", {}).values():
            one.close()

    async def close(self) -> None:
        """Close all databases."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()

    def _path(self, name: str) -> Path:
        from swell.chat.store import default_path  # loads a database, which few programs need

        folder = os.environ.get("SWELL_WAVEDB_DIR")
        return (Path(folder) if folder else default_path().parent / "wavedb") / f"{name}.db"

    def _connection(self, name: str) -> sqlite3.Connection:
        import sqlite3

        found = self._open.get(name)
        if found is None:
            path = self._path(name)
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                found = sqlite3.connect(
                    path, timeout=_TIMEOUT_S, isolation_level=None, check_same_thread=False
                )
                found.execute("pragma journal_mode = wal")
            except (OSError, sqlite3.Error) as error:
                raise WaveDBError(f"{path}: {error}") from None
            found.set_authorizer(_authorize)
            self._open[name] = found
        return found

    def _run(self, name: str, statements: list[list[Any]], atomic: bool) -> list[Rows]:
        with self._lock:
            connection = self._connection(name)
            results: list[Rows] = []
            if atomic:
                connection.execute("begin immediate")
            try:
                for sql, *parameters in statements:
                    rows = connection.execute(sql, parameters).fetchall()
                    results.append([list(row) for row in rows])
                if atomic:
                    connection.execute("commit")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("rollback")
                raise
            return results

    def _drop(self, name: str) -> None:
        with self._lock:
            found = self._open.pop(name, None)
            if found is not None:
                found.close()
            for ending in ("", "-wal", "-shm"):
                path = self._path(name)
                path.with_name(path.name + ending).unlink(missing_ok=True)


class WaveDB:
    """A database in SQLite."""

    def __init__(self, db: WaveDBConnection, name: str) -> None:
        self._db = db
        self._name = name

    async def exec(self, sql: str, *params: Any) -> tuple[Rows | None, str | None]:
        """Run one statement.

        Args:
            sql: The statement, with `?` for each parameter.
            params: Its parameters: text, numbers or None.

        Returns:
            Its rows and None, or None and what went wrong.
        """
        results, error = await self._exec([(sql, *params)], atomic=False)
        return (results[0], None) if results is not None else (None, error)

    async def exec_many(self, *args: Any) -> tuple[list[Rows] | None, str | None]:
        """Run several statements, each a text or a tuple `(sql, *params)`, until one fails.

        Returns:
            The rows of each and None, or None and what went wrong.
        """
        return await self._exec(args, atomic=False)

    async def exec_atomic(self, *args: Any) -> tuple[list[Rows] | None, str | None]:
        """Run several statements, all or none; see `exec_many`."""
        return await self._exec(args, atomic=True)

    async def drop(self) -> str | None:
        """Delete the database; return what went wrong, or None."""
        try:
            await asyncio.to_thread(self._db._drop, self._name)
        except OSError as error:
            return str(error)
        return None

    async def _exec(
        self, args: Sequence[Any], *, atomic: bool
    ) -> tuple[list[Rows] | None, str | None]:
        import sqlite3

        statements = [_statement(one) for one in args]
        if not statements:
            raise ValueError("Want at least one SQL query, got none")
        try:
            done = await asyncio.to_thread(self._db._run, self._name, statements, atomic)
        except sqlite3.Error as error:
            return None, str(error)
        return done, None


def _statement(given: Any) -> list[Any]:
    found = [given] if isinstance(given, str) else list(given)
    if not isinstance(given, str | tuple | list) or not found or not isinstance(found[0], str):
        raise ValueError(f"Want SQL string or statement tuple, got {given!r}")
    for one in found[1:]:
        if one is not None and not isinstance(one, int | float | str):
            raise ValueError(
                f"SQL parameter must be one of int, float, str or None; got {type(one)}"
            )
    return found


def _authorize(action: int, *_: Any) -> int:
    """Refuse statements that open other files."""
    import sqlite3

    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK


def connect(
    address: str | None = None, key_id: str | None = None, key_secret: str | None = None
) -> WaveDBConnection:
    """Return the databases of this account, or of the folder `SWELL_WAVEDB_DIR`.

    The arguments name a WaveDB server in H2O Wave; here they are left out, with a warning.
    """
    return WaveDBConnection(address, key_id, key_secret)
