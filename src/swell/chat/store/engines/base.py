"""How statements reach a database: what SQLite and PostgreSQL have in common.

Everything the store does is a function of one transaction. An engine runs such functions in threads
commits, and translates errors of the database to Swell's errors. SQLAlchemy makes
the SQL, once per statement; it takes no part in running it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from sqlalchemy import ClauseElement
from sqlalchemy.engine.interfaces import Dialect

__all__ = ["Compiler", "Engine", "Row", "Tx"]

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]


class _Compiled(NamedTuple):
    sql: str
    values: dict[str, Any]


class Compiler:
    """Turns SQLAlchemy statements into SQL of one dialect, each once.

    Statements live as long as the process: there are as many as the store's modules define.
    """

    def __init__(self, dialect: Dialect, name: Literal["sqlite", "postgresql"]) -> None:
        self.name: Literal["sqlite", "postgresql"] = name
        self.dialect = dialect
        self._known: dict[ClauseElement | str, _Compiled] = {}

    def __call__(self, statement: ClauseElement | str) -> _Compiled:
        """Return the SQL and the values that are written in the statement itself."""
        found = self._known.get(statement)
        if found is None:
            if isinstance(statement, str):
                found = _Compiled(statement, {})
            else:
                compiled = statement.compile(dialect=self.dialect)
                fixed = {key: value for key, value in compiled.params.items() if value is not None}
                found = _Compiled(str(compiled), fixed)
            self._known[statement] = found
        return found


class Tx:
    """One transaction: runs statements on a connection of the database's own driver.

    Attributes:
        time: Time of the store's clock when the call began, in seconds since the epoch.
    """

    def __init__(self, connection: Any, compiler: Compiler, time: float = 0.0) -> None:
        self._connection = connection
        self._compiler = compiler
        self.time = time

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which database it is, for the few statements that differ."""
        return self._compiler.name

    def rows(self, statement: ClauseElement | str, **values: Any) -> list[Row]:
        """Return all rows."""
        found: list[Row] = self._execute(statement, values).fetchall()
        return found

    def row(self, statement: ClauseElement | str, **values: Any) -> Row | None:
        """Return the first row, or None."""
        found: Row | None = self._execute(statement, values).fetchone()
        return found

    def run(self, statement: ClauseElement | str, **values: Any) -> int:
        """Return how many rows were changed."""
        count: int = self._execute(statement, values).rowcount
        return count

    def _execute(self, statement: ClauseElement | str, values: Mapping[str, Any]) -> Any:
        compiled = self._compiler(statement)
        given = {**compiled.values, **values} if compiled.values else values
        return self._connection.execute(compiled.sql, given)


class Engine(Protocol):
    """A database that runs functions of a transaction.

    Raises:
        StoreUnavailableError: From every method, when the database cannot be used.
    """

    owner: str
    """Names this process among those that use the database, for `alive`."""

    distributed: bool
    """Whether several processes may serve an app on it."""

    path: Path | None
    """The file that the database is; None for memory and for a server."""

    async def open(self) -> None:
        """Connect and see that the tables fit."""

    async def close(self) -> None:
        """Finish the queued work, and disconnect."""

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run and commit `work`; it may be run again when the connection broke."""
        ...

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work`, which changes nothing, beside others."""
        ...

    def alive(self, tx: Tx, owner: str) -> bool:
        """Return whether the process of this name still uses the database."""
        ...
