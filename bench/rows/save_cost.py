"""What `data[-1] = [text, False]; await q.page.save()` costs a handler: the time its code runs."""

from __future__ import annotations

from collections.abc import Iterator

from bench.common import Result, median, percentile
from bench.context import Context, missing, others
from bench.peers.peer import Peer

LIMIT_US = 20.0
LENGTH = 8000
CLOCKS = ("own_ns", "saves_ns")
CASES = (
    # case, clients, tokens a second (0: one save after the other), judged
    ("one client, without pauses", 1, 0, True),
    ("one client, 50/s", 1, 50, False),
    ("150 clients, 50/s each", 150, 50, True),
)


def measure(context: Context) -> Iterator[Result]:
    """One client that saves as fast as it can, then as a model speaks, then 150 of those."""
    for case, count, rate, judged in CASES:
        tokens = context.pick(400, 200)
        for peer in context.speaking():
            yield _measure(context, peer, case, count, tokens, rate, judged)
        why = "no save in this sense"
        yield from missing("save_cost", case, "us", others(context), why)


def _measure(
    context: Context, peer: Peer, case: str, count: int, tokens: int, rate: int, judged: bool
) -> Result:
    prompt = f"save {LENGTH} {tokens} {rate}"
    with peer.start() as running:
        seconds = tokens / (rate or 200) + 2
        flags = ("--count", count, "--prompt", prompt, "--seconds", seconds)
        context.load("chorus", peer, running, *flags)
        notes = running.read_notes()
    own, whole = ([us for noted in notes for us in _middle(noted.get(name, []))] for name in CLOCKS)
    after = f"goes on after {median(whole):,.0f} (p99 {percentile(whole, 0.99):,.0f})"
    note = f"p99 {percentile(own, 0.99):,.0f}, {after}, {len(own)} saves"
    limit = LIMIT_US if peer.name == "swell" and judged else None
    return Result("save_cost", case, peer.name, median(own), "us", limit, note=note)


def _middle(saves: list[int]) -> list[float]:
    """Return the microseconds of the saves of an answer without its first and its last fifth."""
    return [ns / 1000 for ns in saves[len(saves) // 5 : -len(saves) // 5]]
