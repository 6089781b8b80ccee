"""Whether a token costs more when the answer, the history or the rest of the server is large."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from bench.common import Result, Running, median
from bench.context import Context, missing
from bench.peers.peer import Peer

LIMIT = 1.3
RATE = 200
SECONDS = 1.0
COUNT = int(RATE * 1.4)
ROW = "growth"

Pair = tuple[dict[str, Any], dict[str, Any]]

SHORT, LONG = (f"save {length} {COUNT} {RATE}" for length in (1_000, 100_000))


def measure(context: Context) -> Iterator[Result]:
    """Take turns between small and large; what is shown is the median of large by small."""
    cases: dict[str, Pair] = {
        "answer 100 kB / 1 kB": ({"prompt": SHORT}, {"prompt": LONG}),
        "history 10,000 / 10 rows": ({"before": ["rows 10"]}, {"before": ["rows 10000"]}),
        "other pages 1,000 / 1": ({"others": 1}, {"others": 1000}),
    }
    (ours,) = context.among(["swell"]) or (None,)
    for case, pair in cases.items():
        if ours:
            costs: tuple[list[float], list[float]] = ([], [])
            for _ in range(context.pick(4, 2)):
                for one, into in zip(_once(context, ours, pair), costs, strict=True):
                    into.extend(one)
            ratios = [large / small for small, large in zip(*costs, strict=True)]
            small, large = (median(one) * 1e6 for one in costs)
            note = f"{small:.0f} us and {large:.0f} us a token, {len(ratios)} turns"
            note += f", {min(ratios):.2f} to {max(ratios):.2f}"
            yield Result(ROW, case, ours.name, median(ratios), "times", LIMIT, note=note)
        names = [peer.name for peer in context.peers if peer is not ours]
        yield from missing(ROW, case, "times", names, "a property of ours only")


def _once(context: Context, ours: Peer, pair: Pair) -> list[list[float]]:
    """Return what a token costs in each turn of the small and of the large case, in seconds.

    Both are pages of one server, unless the rest of the server is what differs.
    """
    apart = "others" in pair[1]
    with ours.start() as first, ours.start() if apart else nullcontext(first) as second:
        lanes = [_lane(first, pair[0]), _lane(second, pair[1])]
        flags = ("--tokens", COUNT, "--rate", RATE, "--seconds", SECONDS)
        both = [word for lane in lanes for word in ("--lane", lane)]
        seen = context.load("pair", ours, first, *flags, "--turns", context.pick(8, 6), *both)
    costs: list[list[float]] = seen["costs"]
    return costs


def _lane(running: Running, given: dict[str, Any]) -> str:
    rest = {"others": 0, "before": [], "prompt": SHORT}
    return json.dumps({"url": running.url, "pids": running.pids(), **rest, **given})
