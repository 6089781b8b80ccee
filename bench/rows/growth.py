"""Whether a token costs more when the answer, the history or the rest of the server is large."""

from __future__ import annotations

from collections.abc import Iterator

from bench.common import Result, median
from bench.context import Context, missing

LIMIT = 1.3
RATE = 200
ROW = "growth"

Flags = tuple[object, ...]


def measure(context: Context) -> Iterator[Result]:
    """Take turns between small and large; what is shown is large divided by small."""
    seconds = context.pick(6, 3)
    tokens = (seconds + 1) * RATE

    def save(length: int) -> Flags:
        return ("--prompt", f"save {length} {tokens} {RATE}")

    cases: dict[str, tuple[Flags, Flags]] = {
        "answer 100 kB / 1 kB": (save(1_000), save(100_000)),
        "history 10,000 / 10 rows": (
            ("--prompt", "rows 10", *save(1_000)),
            ("--prompt", "rows 10000", *save(1_000)),
        ),
        "other pages 1,000 / 1": (
            ("--others", 1, *save(1_000)),
            ("--others", 1000, *save(1_000)),
        ),
    }
    (ours,) = context.among(["swell"]) or (None,)
    for case, pair in cases.items():
        costs: tuple[list[float], list[float]] = ([], [])
        for _ in range(context.pick(3, 2) if ours else 0):
            for flags, into in zip(pair, costs, strict=True):
                assert ours is not None
                with ours.start() as running:
                    common = ("--tokens", tokens, "--seconds", seconds, "--rest", 1)
                    seen = context.load("one", ours, running, *flags, *common)
                into.append(seen["cpu"] / (seconds * RATE) * 1e6)
        if ours:
            small, large = map(median, costs)
            note = f"{small:.0f} us and {large:.0f} us a token"
            yield Result(ROW, case, ours.name, large / small, "times", LIMIT, note=note)
        names = [peer.name for peer in context.peers if peer is not ours]
        yield from missing(ROW, case, "times", names, "a property of ours only")
