"""From the key press that submits a prompt to the first token in the DOM."""

from __future__ import annotations

from collections.abc import Iterator

from bench.common import Result, median
from bench.context import Context, missing

LIMIT_MS = 10.0
PROMPT = "say 5 50"


def measure(context: Context) -> Iterator[Result]:
    """Ask each peer in turns, so that other load on the machine meets all alike."""
    taken: dict[str, list[float]] = {peer.name: [] for peer in context.peers}
    failed: dict[str, str] = {}
    for _ in range(2):
        for peer in context.peers:
            try:
                with peer.start() as running, context.chromium.open(peer, running.url) as page:
                    for i in range(context.pick(12, 6)):
                        seen = context.chromium.ask(peer, page, running, PROMPT, 10)
                        if i and seen.first_ms is not None:  # the first prompt warms up
                            taken[peer.name].append(seen.first_ms)
                        page.wait_for_timeout(1000)  # until all of it is there
            except Exception as error:
                failed[peer.name] = f"failed: {str(error).splitlines()[0]}"
    theirs = [median(times) for name, times in taken.items() if times and name != "swell"]
    for name, times in taken.items():
        if not times:
            why = failed.get(name, "no token was seen")
            yield from missing("first_token", "median", "ms", [name], why)
            continue
        limit = min([LIMIT_MS, *theirs]) if name == "swell" else None
        note = f"{min(times):.0f} to {max(times):.0f}, {len(times)} prompts"
        yield Result("first_token", "median", name, median(times), "ms", limit, note=note)
