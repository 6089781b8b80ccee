"""What explains a failed schedule: the runs, the tabs, and what each process is doing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

import psycopg

from tests.faults.chat.rig import ChatTab

from .dump import DONE, SIGNAL, dump_of
from .oracle import Seen, branch_of
from .rig import Cluster, Member

__all__ = ["report"]

DUMP_S = 5.0
"""How long a process may take to write its dump, in seconds; one that is stopped writes none."""

_RUNS = """
SELECT r.number, r.answer_id, w.pid, r.fence, r.state, r.flushed,
       (SELECT string_agg(p.body, ' ') FROM parts p WHERE p.message_id = r.prompt_id),
       (SELECT count(*) FROM signals s WHERE s.run_id = r.id)
FROM runs r LEFT JOIN watch_processes w ON w.id = r.owner WHERE r.thread_id = ? ORDER BY r.number
"""


def report(
    seen: Seen,
    cluster: Cluster,
    tabs: Sequence[ChatTab],
    answered: Mapping[str, tuple[ChatTab, str]],
) -> str:
    """Return what explains a failure; call it while the tabs are open.

    Args:
        seen: What the schedule has done.
        cluster: The service.
        tabs: The open tabs.
        answered: The tab that answered a question, and its action, by the question.
    """
    try:
        runs = [*_runs(seen, cluster)]
    except psycopg.Error as error:
        runs = [f"the database does not answer: {error}"]
    return "\n".join(
        [
            str(seen),
            *runs,
            *(line for number, tab in enumerate(tabs) for line in _tab(number, tab)),
            *(
                f"question {question}: {[ack for ack in tab.acks if ack.id == act]}"
                for question, (tab, act) in answered.items()
            ),
            *(f"{pid} made {answer}" for pid, answer in list(cluster.calls())[-5:]),
            *(f"{member.pid} at {member.port}" for member in cluster.members),
            cluster.log(),
            *(_doing(member) for member in cluster.members),
        ]
    )


def _runs(seen: Seen, cluster: Cluster) -> Iterator[str]:
    """Yield each run with its prompt and its owners, and whether the thread shows its answer."""
    shown = {message for message, *_ in branch_of(cluster.stored, seen.thread)}
    owners = cluster.watch.owners(seen.thread)
    for number, answer, pid, fence, state, flushed, prompt, signals in cluster.stored.rows(
        _RUNS, seen.thread
    ):
        where = "on the branch that is shown" if answer in shown else "on another branch"
        yield (
            f"run {number}, {where}: {answer} of {pid}, fence {fence}, {state}, "
            f"{flushed} changes stored, {signals} signals wait, to {prompt}"
        )
        yield f"  {' -> '.join(map(str, owners.get(answer, ())))}"


def _tab(number: int, tab: ChatTab) -> Iterator[str]:
    """Yield where a tab is, what it waits for and what it shows."""
    yield (
        f"tab {number} at {tab.address!r}: online={tab.online} generating={tab.generating} "
        f"connections={tab.connections} closes={tab.closes[-5:]} waiting={tab.waiting}"
    )
    for row in tab.rows:
        asks = f" {str(row[5])[:300]}" if row[5] else ""
        yield f"  {row[2]} {row[4]} {str(row[0])[-60:]!r}{asks}"


def _doing(member: Member) -> str:
    """Return what a process is doing, as it says itself."""
    path = dump_of(member.folder, member.pid)
    path.unlink(missing_ok=True)
    if member.process.poll() is not None:
        return f"{member.pid} has exited"
    member.signal(SIGNAL)
    until = time.monotonic() + DUMP_S
    while time.monotonic() < until:
        if path.exists() and DONE in (text := path.read_text(encoding="utf-8")):
            return f"{member.pid} does:\n{text}"
        time.sleep(0.02)
    return f"{member.pid} has not answered in {DUMP_S} s"
