"""Broken variants of the service, for the schedules to tell from the real thing.

A process becomes one when `CLUSTER_MUTANT` names it; see `app.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update

from swell.chat.runs.peers import Peers
from swell.chat.store import processes, runs, tables
from tests.property.mutants import InPython, Mutant, applied

__all__ = ["MUTANTS", "install"]

_kept = ExitStack()


def no_fencing() -> None:
    """Let a process write to every run, also of another owner, and after its end."""
    table = tables.runs
    of_run = table.c.id == bindparam("run")
    runs._FLUSHED = (
        update(table).where(of_run).values(flushed=bindparam("at")).returning(table.c.answer_id)
    )
    runs._END = (
        update(table).where(of_run).values(state=bindparam("new_state"), ended=bindparam("time"))
    )


def no_lease() -> None:
    """Let a process be alive as long as it has not exited."""
    _replace("swell.chat.store.processes.alive", "bool(row[0])", "True")


def lease_in_the_backplane() -> None:
    """Let a process be alive when it has been heard of on the backplane."""
    heard: dict[str, float] = {}
    began, beat, open_ = time.monotonic(), Peers.beat, Peers.open

    async def beat_loudly(self: Peers) -> None:
        heard[self._store.owner] = time.monotonic()
        await beat(self)
        self._feed.backplane.publish(self._feed.topic("alive", "all"), self._store.owner.encode())

    async def open_listening(self: Peers) -> None:
        def hear(message: bytes) -> None:
            heard[message.decode()] = time.monotonic()

        self._feed.backplane.subscribe(self._feed.topic("alive", "all"), hear, lambda: None)
        await open_(self)

    def alive(_: Any, process: str) -> bool:
        return time.monotonic() - heard.get(process, began) < processes.LEASE_S

    Peers.beat, Peers.open = beat_loudly, open_listening  # type: ignore[method-assign]
    processes.alive = alive  # type: ignore[assignment]


def missed_resubscribe() -> None:
    """Let a connection that is made again begin without the subscriptions."""
    _replace(
        "swell.backplane.remote.RemoteBackplane._run",
        "channels = await self._listen(link, set())",
        "channels = await self._listen("
        "link, {self._everywhere, *self._subscriptions} if opened else set())",
    )


def reorder_not_handled() -> None:
    """Let a mirror apply changes in the order in which they arrive."""
    _replace(
        "swell.chat.runs.mirror.Mirror.receive",
        "self._ahead[changes.start] = changes",
        "self._ahead[self._at] = changes",
    )


def _replace(where: str, line: str, to: str) -> None:
    _kept.enter_context(applied(Mutant(where, [InPython(where, line, to)])))


class Broken(NamedTuple):
    """A broken variant, and the schedule that tells it from the real thing.

    Attributes:
        install: Breaks this process.
        seed: Seed of the schedule.
        shows: What the failure says.
    """

    install: Callable[[], None]
    seed: int
    shows: str


MUTANTS = {
    one.install.__name__: one
    for one in (
        Broken(no_fencing, 1454, "after its end"),
        Broken(no_lease, 2450, "still owns"),
        Broken(lease_in_the_backplane, 1685, "while alive"),
        Broken(missed_resubscribe, 4295, "tab"),
        Broken(reorder_not_handled, 1431, "has shown"),
    )
}


def install(name: str) -> None:
    """Make this process a broken one."""
    MUTANTS[name].install()
