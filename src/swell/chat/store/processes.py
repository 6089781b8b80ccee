"""Processes that serve an app on one server of PostgreSQL: who lives, and who is gone.

Each process writes a heartbeat. The time is the database's, since the clocks of machines differ.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec
from sqlalchemy import (
    ColumnElement,
    Double,
    bindparam,
    delete,
    literal_column,
    select,
    update,
)

from .engines.base import Tx
from .statements import ACTIVE, inserting
from .tables import processes, runs, signals

__all__ = [
    "BEAT_S",
    "LEASE_S",
    "Beat",
    "Signal",
    "alive",
    "asked",
    "beat",
    "bury",
    "drop",
    "join",
    "joined",
    "leave",
]

BEAT_S = 2.0
"""How often a process writes its heartbeat, in seconds."""

LEASE_S = 6.0
"""After how long without a heartbeat a process counts as gone, in seconds."""

_NOW: ColumnElement[float] = literal_column("extract(epoch FROM clock_timestamp())")


class Signal(msgspec.Struct, frozen=True):
    """What another process asks of the owner of a run.

    Attributes:
        number: Counts the signals; see `drop`.
        run_id: The run.
        kind: `stop`, or `answer` for the answer to a question.
        body: Its values, JSON.
    """

    number: int
    run_id: str
    kind: str
    body: str


class Beat(msgspec.Struct, frozen=True):
    """What a process learns from the database with its heartbeat.

    Attributes:
        held: Ids of the runs that it owns and that have not ended.
        others: How many other processes serve the app.
        late: Seconds since its heartbeat before, by the database's clock.
        signals: What is asked of it, oldest first.
    """

    held: frozenset[str]
    others: int
    late: float
    signals: tuple[Signal, ...]


_JOIN = inserting(processes, ignore=True)
_TIME = select(_NOW)
_BEFORE = select(processes.c.seen).where(processes.c.id == bindparam("process")).with_for_update()
_BEAT = (
    update(processes)
    .where(processes.c.id == bindparam("process"))
    .values(seen=_NOW, draining=bindparam("drains"))
)
_HELD = select(runs.c.id).where(runs.c.owner == bindparam("process"), ACTIVE)
_OTHERS = select(processes.c.id).where(
    processes.c.app == bindparam("app"),
    processes.c.id != bindparam("process"),
    processes.c.seen > _NOW - bindparam("lease", type_=Double),
)
_ASKED = (
    select(signals.c.n, signals.c.run_id, signals.c.kind, signals.c.body)
    .join(runs, runs.c.id == signals.c.run_id)
    .where(runs.c.owner == bindparam("process"))
    .order_by(signals.c.n)
)
_DROP = delete(signals).where(signals.c.n == bindparam("number"))
_LEAVE = delete(processes).where(processes.c.id == bindparam("process"))
_KNOWN = select(
    processes.c.seen > _NOW - bindparam("lease", type_=Double),
    processes.c.machine,
    processes.c.pid,
).where(processes.c.id == bindparam("process"))
_JOINED = select(processes.c.id).where(processes.c.id == bindparam("process"))
_OF_APP = (
    select(processes.c.id, processes.c.seen)
    .where(processes.c.app == bindparam("app"))
    .order_by(processes.c.id)  # two that remove the same ones wait for each other
)
_BURY = delete(processes).where(
    processes.c.id == bindparam("process"), processes.c.seen == bindparam("judged")
)


def join(tx: Tx, process: str, app: str) -> None:
    """Add a process to those that serve an app."""
    row = tx.row(_TIME)
    assert row is not None
    tx.run(
        _JOIN,
        id=process,
        app=app,
        host=socket.gethostname(),
        pid=os.getpid(),
        machine=_machine(),
        started=float(row[0]),
        seen=float(row[0]),
        draining=0,
    )


def leave(tx: Tx, process: str) -> None:
    """Remove a process: its runs that have not ended are left to the others."""
    tx.run(_LEAVE, process=process)


def beat(tx: Tx, process: str, app: str, *, draining: bool) -> Beat | None:
    """Write the heartbeat of a process; None when it was taken for gone, and has been removed."""
    before = tx.row(_BEFORE, process=process)
    if before is None:
        return None
    row = tx.row(_TIME)
    assert row is not None
    tx.run(_BEAT, process=process, drains=int(draining))
    held = frozenset(row[0] for row in tx.rows(_HELD, process=process))
    others = len(tx.rows(_OTHERS, app=app, process=process, lease=LEASE_S))
    return Beat(held, others, float(row[0]) - float(before[0]), asked(tx, process))


def asked(tx: Tx, process: str) -> tuple[Signal, ...]:
    """Return what is asked of a process, oldest first, until it is dropped."""
    return tuple(Signal(*row) for row in tx.rows(_ASKED, process=process))


def drop(tx: Tx, numbers: Iterable[int]) -> None:
    """Remove the signals with these numbers."""
    for number in numbers:
        tx.run(_DROP, number=number)


def alive(tx: Tx, process: str) -> bool:
    """Return whether a process has written its heartbeat lately, and runs."""
    row = tx.row(_KNOWN, process=process, lease=LEASE_S)
    return row is not None and bool(row[0]) and not _has_exited(row[1], int(row[2]))


def bury(tx: Tx, app: str) -> None:
    """Remove the processes of an app that are gone; not one whose heartbeat has come since."""
    for process, seen in tx.rows(_OF_APP, app=app):
        if not alive(tx, process):
            tx.run(_BURY, process=process, judged=seen)


def joined(tx: Tx, process: str) -> bool:
    """Return whether a process has joined, and has neither left nor been removed."""
    return tx.row(_JOINED, process=process) is not None


@cache
def _machine() -> str:
    """Return a name of the running system whose process ids mean something here; else empty.

    Containers of one machine have separate process ids, so their namespace is part of it.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _has_exited(machine: str, pid: int) -> bool:
    """Return whether it is certain that a process has exited, without waiting for its lease."""
    return bool(machine) and machine == _machine() and not Path(f"/proc/{pid}").exists()
