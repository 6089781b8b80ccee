"""Several processes of one `@app` in this one: brokers that share a hub and leases."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from swell.backplane.memory import Hub, MemoryBackplane
from swell.identity import Identify
from swell.server.relay.relay import Relay
from swell.server.route import Mode
from swell.settings.table import Settings
from swell.testing import serving
from swell.testing.client import Client, Harness
from tests.chat.processes import BadBackplane

EAGER = Settings(flush_interval_s=0.0, act_rate_per_s=1e6, act_burst=100_000)


class Table:
    """What the database has: who owns which page."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}
        self.alive: dict[str, TableLeases] = {}


class TableLeases:
    """One process's leases."""

    def __init__(self, table: Table) -> None:
        self.process = secrets.token_hex(4)
        self.lost: Callable[[set[str]], None] = lambda _: None
        self._table = table
        table.alive[self.process] = self

    async def claim(self, address: str) -> str:
        owner = self._table.owners.get(address, "")
        if owner not in self._table.alive:
            owner = self._table.owners[address] = self.process
        return owner

    async def release(self, address: str) -> None:
        if self._table.owners.get(address) == self.process:
            del self._table.owners[address]


class Process:
    """One process of a service."""

    def __init__(
        self, harness: Harness, relay: Relay, plane: MemoryBackplane, table: Table
    ) -> None:
        self.harness = harness
        self.relay = relay
        self._plane, self._table = plane, table

    async def tab(self, session: str = "browser", **options: Any) -> Client:
        """Open a tab that is connected to this process."""
        return await self.harness.tab(session, **options)

    async def kill(self) -> None:
        """End it as `kill -9` does: the others only notice its silence."""
        await self._plane.close()
        self.harness.broker.elsewhere = None
        del self._table.alive[self.relay.process]

    def take(self, address: str) -> None:
        """Become the owner of a page, as after a pause of its owner beyond the lease."""
        former = self._table.owners[address]
        self._table.owners[address] = self.relay.process
        self._table.alive[former].lost({address})


@asynccontextmanager
async def processes(
    handlers: Sequence[Callable[..., Any]],
    mode: Mode,
    *,
    seed: int | None = None,
    settings: Settings = EAGER,
    identify: Identify | None = None,
) -> AsyncIterator[list[Process]]:
    """Start a process for each handler.

    Args:
        handlers: Their handlers.
        mode: Who shares a page.
        seed: Seed of a bad backplane; a good one when left out.
        settings: Bounds and times.
        identify: Returns the user of a request.
    """
    hub, table = Hub(), Table()
    async with AsyncExitStack() as stack:
        started = []
        for number, handler in enumerate(handlers):
            bad = seed is not None
            plane = BadBackplane(hub, 1000 * (seed or 0) + number) if bad else MemoryBackplane(hub)
            await plane.open()
            stack.push_async_callback(plane.close)
            harness = await stack.enter_async_context(
                serving(handler, mode=mode, settings=settings, identify=identify)
            )
            relay = Relay(harness.broker, plane, TableLeases(table))
            relay.start()
            stack.push_async_callback(relay.stop)
            started.append(Process(harness, relay, plane, table))
        yield started
