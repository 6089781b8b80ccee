"""Processor time of the server that browsers talk to, per delivered frame of a shared page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.common import Result, median
from bench.context import Context, missing, others
from bench.peers.peer import Peer

SHARE = 0.6
RATE = 20
ROW = "broadcast_cpu"


def measure(context: Context) -> Iterator[Result]:
    """Take turns with Wave, since the limit is a share of its figure."""
    for count, turns in ((1000, context.pick(3, 1)), (5000, context.pick(2, 1))):
        case = f"{count:,} watchers"
        seen: dict[str, list[dict[str, Any]]] = {}
        for _ in range(turns):
            for peer in context.speaking():
                seen.setdefault(peer.name, []).append(_once(context, peer, count))
        cost = {
            name: median([x["cpu"] / max(1, x["frames"]) * 1e6 for x in runs])
            for name, runs in seen.items()
        }
        for name, runs in seen.items():
            limit = SHARE * cost["wave"] if name == "swell" and "wave" in cost else None
            held = median([x["rate"] for x in runs]) / RATE
            note = (
                f"{held:.0%} of the rate, {runs[0]['bytes'] / runs[0]['frames']:.0f} bytes a frame"
            )
            yield Result(ROW, case, name, cost[name], "us", limit, note=note)
        yield from missing(ROW, case, "us", others(context), "has no page that all share")


def _once(context: Context, peer: Peer, count: int) -> dict[str, Any]:
    with peer.start("wave_broadcast.py") as running:
        flags = ("--count", count, "--rate", RATE, "--seconds", context.pick(8, 4))
        answer: dict[str, Any] = context.load("broadcast", peer, running, *flags, front=True)
    return answer
