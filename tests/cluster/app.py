"""The chat of the fault tests, as one process of a service: leases are short, news are disordered.

Variables: `CLUSTER_MUTANT` names a broken variant of `mutants.py`.
"""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any

from swell.backplane import remote
from swell.backplane.remote import RemoteBackplane
from swell.chat.runs import manager, mirror
from swell.chat.runs.consume import consume
from swell.chat.store import processes
from swell.chat.store.engines import postgres
from tests.faults.chat.app import answer, note

from . import dump

__all__ = ["BEAT_S", "LEASE_S", "answer"]

BEAT_S = 0.3
LEASE_S = 1.5

processes.BEAT_S, processes.LEASE_S = BEAT_S, LEASE_S
remote.PING_S, remote.ANSWER_S, remote.LONGEST_S = 0.5, 2.0, 0.2
manager._LOOK_S = mirror.LOOK_S = 0.3
postgres._OPTIONS["connect_timeout"] = 2
postgres._OPTIONS["application_name"] = f"swell {os.getpid()}"  # for the database's watch


def count_calls() -> None:
    """Note each call of the handler, with the answer that it makes."""

    async def counted(handler: Any, turn: Any, *rest: Any) -> None:
        note("runs", f"{os.getpid()} {turn._host.answer_id}")
        await consume(handler, turn, *rest)

    manager.consume = counted  # type: ignore[attr-defined, assignment]


def disorder_news() -> None:
    """Lose, repeat, delay and reorder the changes of answers on their way out."""
    publish, rng = RemoteBackplane.publish, random.Random(os.getpid())

    def disordered(self: RemoteBackplane, topic: str, message: bytes) -> None:
        if "/run/" not in topic or rng.random() < 0.7:
            publish(self, topic, message)
            return
        for _ in range(rng.choice((0, 1, 1, 1, 2))):
            asyncio.get_running_loop().call_later(rng.random() * 0.1, publish, self, topic, message)

    RemoteBackplane.publish = disordered  # type: ignore[method-assign]


dump.install()
count_calls()
disorder_news()
if "CLUSTER_MUTANT" in os.environ:
    from tests.cluster.mutants import install

    install(os.environ["CLUSTER_MUTANT"])
