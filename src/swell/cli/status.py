"""List the processes that serve chats on a database, and the answers that they make.

It reads what the processes themselves have written to PostgreSQL, of all machines."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from swell.cli.command_error import CommandError
from swell.cli.db import connected
from swell.cli.flags import resolve
from swell.errors import StoreSchemaError, StoreUnavailableError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

NAME = "status"
HELP = "list the processes that serve chats, and their answers"

RUNS_MAX = 100
"""Most answers that are listed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--app", default="", help="only of the app with this name")
    parser.add_argument(
        "--url", help="the database, instead of SWELL_DATABASE_URL; see docs/reference/settings.md"
    )


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code: 1 when answers have no living process."""
    resolved = resolve(arguments)
    url = arguments.url or resolved.settings.database_url
    source = "flag --url" if arguments.url else resolved.sources.get("database_url", "default")
    if url.partition(":")[0].lower() not in ("postgresql", "postgres"):
        raise CommandError(
            "only PostgreSQL has a list of processes: set SWELL_DATABASE_URL, or give --url. A "
            "chat on SQLite is served by one process"
        )
    try:
        with connected(url, source, arguments.app) as (bound, _):
            return _show(bound, arguments.app)
    except (StoreUnavailableError, StoreSchemaError) as error:
        raise CommandError(f"{error.reason}", exit_code=1) from None


def _show(bound: Connection, app: str) -> int:
    from sqlalchemy import literal_column, select

    from swell.chat.store.processes import LEASE_S
    from swell.chat.store.tables import processes, runs, threads, users

    now: ColumnElement[float] = literal_column(
        "extract(epoch FROM clock_timestamp())"
    )  # clocks of machines differ
    active = (
        select(
            runs.c.id, users.c.app, runs.c.state, runs.c.owner, runs.c.fence, now - runs.c.created
        )
        .join(threads, threads.c.id == runs.c.thread_id)
        .join(users, users.c.id == threads.c.user_id)
        .where(runs.c.state.in_(("accepted", "running")))
        .order_by(runs.c.created, runs.c.id)
    )
    serving = select(
        processes.c.id,
        processes.c.app,
        processes.c.host,
        processes.c.pid,
        now - processes.c.started,
        now - processes.c.seen,
        processes.c.draining,
    ).order_by(processes.c.app, processes.c.started, processes.c.id)
    if app:
        active, serving = active.where(users.c.app == app), serving.where(processes.c.app == app)
    answers, found = bound.execute(active).all(), bound.execute(serving).all()

    silent = {row[0] for row in found if row[5] > LEASE_S}
    alive = {row[0] for row in found} - silent
    _table(
        ("PROCESS", "APP", "HOST", "PID", "UP", "HEARTBEAT", "STATE", "RUNNING", "WAITING"),
        (
            (
                id_,
                of,
                host,
                str(pid),
                _age(up),
                f"{_age(quiet)} ago",
                "silent" if id_ in silent else "draining" if draining else "serving",
                *(
                    str(sum(run[3] == id_ and run[2] == state for run in answers))
                    for state in ("running", "accepted")
                ),
            )
            for id_, of, host, pid, up, quiet, draining in found
        ),
    )
    if answers:
        print()
        _table(
            ("ANSWER", "APP", "STATE", "OWNER", "FENCE", "AGE"),
            (
                (
                    id_,
                    of,
                    state,
                    owner if owner in alive else f"{owner} (gone)",
                    str(fence),
                    _age(age),
                )
                for id_, of, state, owner, fence, age in answers[:RUNS_MAX]
            ),
        )
    left = sum(run[3] not in alive for run in answers)
    print(f"\nprocesses: {len(alive)} alive, {len(silent)} silent")
    print(f"answers being made: {len(answers)}, {left} of them without a living process")
    return 1 if left else 0


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [head, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    for line in lines:
        print("  ".join(map(str.ljust, line, widths)).rstrip())


def _age(seconds: float) -> str:
    """Return a duration with one unit.

    >>> _age(3.7), _age(200), _age(9000), _age(1e6)
    ('3 s', '3 min', '2 h', '11 d')
    """
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"
