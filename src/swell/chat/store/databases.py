"""One engine for each PostgreSQL database that an application uses, whatever parts of it do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .ids import new_id

if TYPE_CHECKING:
    from .engines.base import Engine, Tx

__all__ = ["Databases", "is_server"]

T = TypeVar("T")


def is_server(url: str | None) -> bool:
    """Return whether a URL names a database server, which several processes can use.

    >>> is_server("postgresql://host/name"), is_server("sqlite:///chat.db")
    (True, False)
    """
    return (url or "").partition(":")[0].lower() in ("postgresql", "postgres")


class Databases:
    """The engines of an application, by URL; each is closed with its last user."""

    def __init__(self) -> None:
        self._engines: dict[str, Engine] = {}
        self._users: dict[str, set[Lease]] = {}

    def lease(self, url: str) -> Lease:
        """Return the engine of a URL for one user, who closes it.

        Raises:
            ValueError: If that is no URL of PostgreSQL.
            ImportError: If its driver is not installed.
        """
        if url not in self._engines:
            from .engines.postgres import PostgresEngine

            self._engines[url] = PostgresEngine(url)
        return Lease(self, url, self._engines[url])

    def enter(self, lease: Lease) -> None:
        """Count a user of an engine."""
        self._users.setdefault(lease.url, set()).add(lease)

    async def leave(self, lease: Lease) -> None:
        """Disconnect an engine if that was its last user."""
        users = self._users.get(lease.url, set())
        if lease in users:
            users.discard(lease)
            if not users:
                await lease.engine.close()


class Lease:
    """An `Engine` that shares its connections with other users."""

    def __init__(self, databases: Databases, url: str, engine: Engine) -> None:
        self._databases = databases
        self.url = url
        self.engine = engine
        self.owner = new_id()  # chats of one process have separate heartbeats
        self.distributed = True
        self.path: Path | None = None

    async def open(self) -> None:
        """Connect and see that the tables fit."""
        self._databases.enter(self)
        await self.engine.open()

    async def close(self) -> None:
        """Leave the engine, which is disconnected with its last user."""
        await self._databases.leave(self)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run and commit a change."""
        self._databases.enter(self)
        return await self.engine.write(work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run a function that changes nothing."""
        self._databases.enter(self)
        return await self.engine.read(work)

    def alive(self, tx: Tx, owner: str) -> bool:
        """Return whether the process of this name still uses the database."""
        return self.engine.alive(tx, owner)
