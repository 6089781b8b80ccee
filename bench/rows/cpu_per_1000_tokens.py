"""Processor time of the server, all its processes, per 1,000 tokens delivered."""

from __future__ import annotations

from collections.abc import Iterator

from bench.common import Result
from bench.context import Context, missing, others
from bench.sessions import describe, sessions

LIMIT_S = 0.02
MOST = {"wave": 50}
ROW = "cpu_per_1000_tokens"


def measure(context: Context) -> Iterator[Result]:
    """Stream in 50 and in 500 chats."""
    for count in (50, 500):
        case = f"{count} sessions"
        for peer in context.speaking():
            if count > MOST.get(peer.name, count):
                yield from missing(ROW, case, "s", [peer.name], "far above what it serves")
                continue
            seen = sessions(context, peer, count)
            value = seen["cpu"] / max(1, seen["delivered"]) * 1000
            limit = LIMIT_S if peer.name == "swell" else None
            note = describe(seen, count)
            yield Result(ROW, case, peer.name, value, "s", limit, note=note)
        why = "the bench does not speak its wire"
        yield from missing(ROW, case, "s", others(context), why)
