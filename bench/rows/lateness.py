"""How many chats one server serves in time: p99 of "seen minus due" under 100 ms."""

from __future__ import annotations

from collections.abc import Iterator

from bench.common import Result
from bench.context import Context, missing, others
from bench.sessions import describe, sessions

P99_MS = 100.0
LEAST = 500
LADDER = {
    "swell": (50, 100, 200, 300, 400, 500, 600),
    "swell @chat": (50, 100, 200, 300, 400, 500),
    "floor": (100, 200, 300, 400, 500, 600),
    "wave": (2, 5, 10, 20, 50),
}
QUICK = {
    "swell": (50, 200, 500),
    "swell @chat": (50, 200, 400),
    "floor": (200, 500),
    "wave": (5, 50),
}


def measure(context: Context) -> Iterator[Result]:
    """Climb until a step fails."""
    case = f"p99 under {P99_MS:.0f} ms"
    for peer in context.speaking():
        best, note = 0, ""
        for count in (QUICK if context.quick else LADDER)[peer.name]:
            seen = sessions(context, peer, count)
            note = f"at {count}: {describe(seen, count)}"
            if seen["p99_ms"] >= P99_MS:
                break
            best = count
        limit = LEAST if peer.name == "swell" else None
        yield Result("lateness", case, peer.name, best, "sessions", limit, least=True, note=note)
    why = "the bench does not speak its wire"
    yield from missing("lateness", case, "sessions", others(context), why)
