"""Bytes from the server to the browser for one streamed reply."""

from __future__ import annotations

from collections.abc import Iterator

from bench.browser import CountingProxy, count_payload
from bench.common import Result
from bench.context import Context, missing
from bench.peers.peer import Peer

LIMIT_KB = 30.0
TIMES = 4.2
RATE = 100
ROW = "bytes_on_wire"


def measure(context: Context) -> Iterator[Result]:
    """Stream 2,000 tokens to each peer's page, and 8,000 to ours."""
    case = f"2,000 tokens at {RATE}/s"
    short = 0.0
    for peer in context.peers:
        ours = peer.name == "swell"
        try:
            size, unpacked = _once(context, peer, 2000)
        except Exception as error:
            why = f"failed: {str(error).splitlines()[0]}"
            yield from missing(ROW, case, "kB", [peer.name], why)
            continue
        if ours:
            short = size
        note = f"{unpacked:,.1f} kB unpacked"
        yield Result(ROW, case, peer.name, size, "kB", LIMIT_KB if ours else None, note=note)
    case = "8,000 tokens / 2,000"
    ours_only = context.among(["swell"]) if short else []
    for peer in [] if context.quick else ours_only:
        size, _ = _once(context, peer, 8000)
        yield Result(ROW, case, peer.name, size / short, "times", TIMES, note=f"{size:.1f} kB")
    names = [peer.name for peer in context.peers if context.quick or peer not in ours_only]
    yield from missing(ROW, case, "times", names, "left out: it takes minutes")


def _once(context: Context, peer: Peer, count: int) -> tuple[float, float]:
    """Return the kilobytes that travelled, and what they were unpacked."""
    with peer.start() as running:
        proxy = CountingProxy(running.port)
        url = running.url.replace(str(running.port), str(proxy.port), 1)
        try:
            with context.chromium.open(peer, url) as page:
                context.chromium.ask(peer, page, running, "say 5 50", 10)  # warms up
                page.wait_for_timeout(1000)
                unpacked = count_payload(page)
                before = proxy.size
                patience = count / RATE + 40
                context.chromium.ask(peer, page, running, f"say {count} {RATE}", patience)
                page.wait_for_timeout(500)
                return (proxy.size - before) / 1000, unpacked[0] / 1000
        finally:
            proxy.close()
