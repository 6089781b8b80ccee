"""From opening a page to a prompt box that takes what is typed, with an empty cache."""

from __future__ import annotations

from collections.abc import Iterator

from bench.common import Result, median
from bench.context import Context, missing
from bench.peers.peer import Peer

ROW = "first_input"
SHARE = 1 / 3

# Looks for the box with each change of the page.
WATCH = """
(box) => {
  const look = () => {
    const found = document.querySelector(box);
    if (window.__usable || !found || found.disabled || !found.checkVisibility()) return;
    window.__usable = performance.now();
  };
  const all = { childList: true, subtree: true, attributes: true };
  new MutationObserver(look).observe(document, all);
  look();
}
"""


def measure(context: Context) -> Iterator[Result]:
    """Open each peer's page a few times, in turns."""
    taken: dict[str, list[float]] = {peer.name: [] for peer in context.peers}
    failed: dict[str, str] = {}
    for peer in context.peers:
        try:
            with peer.start() as running:
                for i in range(context.pick(8, 4)):
                    took = _once(context, peer, running.url)
                    if i:  # the first one warms the server up
                        taken[peer.name].append(took)
        except Exception as error:
            failed[peer.name] = f"failed: {str(error).splitlines()[0]}"
    wave = taken.get("wave")
    for name, times in taken.items():
        if not times:
            yield from missing(ROW, "median", "ms", [name], failed.get(name, "none"))
            continue
        limit = SHARE * median(wave) if name == "swell" and wave else None
        note = f"{min(times):.0f} to {max(times):.0f}, {len(times)} times"
        yield Result(ROW, "median", name, median(times), "ms", limit, note=note)


def _once(context: Context, peer: Peer, url: str) -> float:
    with context.chromium.blank() as page:
        page.add_init_script(f"({WATCH})({peer.box!r})")
        page.goto(url)
        page.wait_for_function("() => window.__usable", timeout=40_000)
        return float(page.evaluate("() => window.__usable"))
