"""Memory of the server for each page that is open and idle, its session and socket included."""

from __future__ import annotations

from collections.abc import Iterator

from bench.common import Result
from bench.context import Context, missing, others

LIMIT_KB = 40.0


def measure(context: Context) -> Iterator[Result]:
    """Open pages that were painted by their handler and do nothing."""
    count = context.pick(5000, 1000)
    case = f"{count:,} pages"
    for peer in context.speaking():
        with peer.start() as running:
            seen = context.load("idle", peer, running, "--count", count)
        note = f"{seen['before'] / 1e6:.0f} MB before, {seen['after'] / 1e6:.0f} MB after"
        limit = LIMIT_KB if peer.name == "swell" else None
        yield Result("idle_rss", case, peer.name, seen["bytes"] / 1000, "kB", limit, note=note)
    why = "the bench does not speak its wire"
    yield from missing("idle_rss", case, "kB", others(context), why)
