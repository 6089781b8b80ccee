"""From the start of the process to a served page, and memory when nobody is there."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.common import Result, median, rss_bytes
from bench.context import Context

START_MS = 500.0
MEMORY_MB = 60.0


def measure(context: Context) -> Iterator[Result]:
    """Start each peer several times, in turns."""
    starts: dict[str, list[float]] = {peer.name: [] for peer in context.peers}
    memory: dict[str, list[float]] = {peer.name: [] for peer in context.peers}
    for _ in range(context.pick(5, 3)):
        for peer in context.peers:
            begin = time.perf_counter()
            with peer.start() as running:
                starts[peer.name].append((time.perf_counter() - begin) * 1000)
                time.sleep(1)
                memory[peer.name].append(rss_bytes(running.pids()) / 1e6)
    for peer in context.peers:
        ours = peer.name == "swell"
        note = f"{min(starts[peer.name]):.0f} to {max(starts[peer.name]):.0f}"
        limit = START_MS if ours else None
        value = median(starts[peer.name])
        yield Result("startup", "served page", peer.name, value, "ms", limit, note=note)
    for peer in context.peers:
        limit = MEMORY_MB if peer.name == "swell" else None
        yield Result("startup", "idle RSS", peer.name, median(memory[peer.name]), "MB", limit)
