"""Three processes of one chat, with the servers that they share and a balancer before them.

tab -> balancer -> process -> wire -> PostgreSQL
                           -> wire -> Valkey or Redis
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg

from swell.chat.store import schema
from swell.chat.store.engines.postgres import connect
from tests.faults.chat.rig import ChatProcess, Stored
from tests.faults.proxy import FaultProxy
from tests.pgbouncer import pgbouncer
from tests.postgres import PostgresServer
from tests.redis_server import RedisServer

from .watch import WATCH, Watch

__all__ = ["LEASE_S", "Balancer", "Cluster", "Member"]

LEASE_S = 1.5
"""As in `app.py`, which runs elsewhere."""


class Balancer(FaultProxy):
    """Passes each connection on to the next process: no tab stays with one.

    Args:
        ports: Where the processes listen.
    """

    def __init__(self, ports: list[int]) -> None:
        super().__init__(0)
        self._ports = itertools.cycle(ports)
        self.avoided: set[int] = set()

    def choose(self) -> tuple[str, int]:
        """Return the next process that the balancer does not avoid."""
        port = next(port for port in self._ports if port not in self.avoided)
        return "127.0.0.1", port


class Member(ChatProcess):
    """One process of the service.

    Attributes:
        database: Its wire to the database.
        backplane: Its wire to the backplane.
    """

    def __init__(
        self,
        folder: Path,
        database: FaultProxy,
        name: str,
        backplane: FaultProxy,
        env: dict[str, str],
    ) -> None:
        self.database, self.backplane = database, backplane
        super().__init__(
            folder,
            f"postgresql://swell@{database.host}/{name}",
            {
                "SWELL_BACKPLANE": f"redis://{backplane.host}/0",
                "SWELL_DRAIN_S": "1",
                **env,
            },
            app="tests.cluster.app",
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)


class Cluster:
    """A service of three processes.

    Args:
        folder: Where they run and keep their notes.
        redis: Path of `redis-server` or `valkey-server`.
        env: Further variables of each process.
        pooler: Path of `pgbouncer`, to be between the processes and the database.

    Attributes:
        postgres: The database's server.
        redis: The backplane's server.
        members: The processes.
        balancer: In front of them.
        stored: The database, looked at from outside.
        watch: What the database has noted.
    """

    def __init__(
        self,
        folder: Path,
        redis: Path,
        env: dict[str, str] | None = None,
        pooler: Path | None = None,
    ) -> None:
        self.folder = folder
        self._redis, self._pooler, self._env = redis, pooler, env or {}
        self._stack = contextlib.ExitStack()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._start_servers)
        ports = self._database_port(), self.redis.port
        wires = [[self._stack.enter_context(FaultProxy(port)) for port in ports] for _ in range(3)]
        self.members: list[Member] = await asyncio.gather(
            *(
                asyncio.to_thread(Member, self.folder, database, "service", backplane, self._env)
                for database, backplane in wires
            )
        )
        self.balancer = self._stack.enter_context(
            Balancer([member.port for member in self.members])
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        def end() -> None:
            for member in self.members:
                member.signal(signal.SIGCONT)
                member.kill()
            self._stack.close()

        await asyncio.to_thread(end)

    def _start_servers(self) -> None:
        self.postgres = PostgresServer()
        self._stack.callback(self.postgres.close)
        self.redis = RedisServer(self._redis)
        self._stack.callback(self.redis.close)
        self.postgres.execute("CREATE DATABASE service")
        url = self.postgres.url("service")
        with connect(url) as bound:
            schema.upgrade(bound)
            bound.commit()
        with psycopg.connect(url, autocommit=True) as database:
            database.execute(WATCH.replace("{silent}", str(LEASE_S / 2)).encode())
        self.stored = Stored(url)
        self.watch = Watch(self.stored)

    def _database_port(self) -> int:
        """Return the port of the database, or of the pooler before it."""
        if self._pooler is None:
            return self.postgres.port
        pooler = pgbouncer(self._pooler, self.postgres.port, "service", "transaction")
        return urlsplit(self._stack.enter_context(pooler)).port or 0

    def owner(self, thread_id: str) -> Member | None:
        """Return the process that owns the active run of a thread."""
        found = self.stored.rows(
            "SELECT p.pid FROM runs r JOIN watch_processes p ON p.id = r.owner"
            " WHERE r.thread_id = ? AND r.state IN ('accepted', 'running') ORDER BY r.number",
            thread_id,
        )
        return next((m for m in self.members if found and m.pid == found[0][0]), None)

    def calls(self) -> Iterator[tuple[int, str]]:
        """Yield the pid and the answer of each call of the handler."""
        for line in self.members[0].notes("runs"):
            pid, answer = line.split()
            yield int(pid), answer

    def log(self) -> str:
        """Return what the processes have logged."""
        return "\n".join(
            f"{number} {line}"
            for number, member in enumerate(self.members)
            for line in member.log[-12:]
        )

    # ------------------------------------------------------------------------------- faults

    async def taken_over(self, member: Member, wait_s: float) -> None:
        """Wait until others have found that a process is gone, and own all of its runs."""
        until = asyncio.get_running_loop().time() + wait_s
        while left := self.stored.rows(
            "SELECT r.id FROM runs r JOIN watch_processes p ON p.id = r.owner"
            " WHERE p.pid = ?::int AND r.state IN ('accepted', 'running')",
            str(member.pid),
        ):
            now = asyncio.get_running_loop().time()
            assert now < until, f"{member.pid}, which is gone, still owns {left}"
            await asyncio.sleep(0.05)
