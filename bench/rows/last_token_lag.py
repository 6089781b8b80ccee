"""How much later than due the last of 2,000 tokens is in the DOM."""

from __future__ import annotations

from collections.abc import Iterator

from bench.browser import Seen
from bench.common import Result, median
from bench.context import Context, missing
from bench.peers.peer import Peer

LIMIT_MS = 60.0
GROWTH_MS = 10.0
TOKENS = 2000
PATIENCE_S = 45.0
ROW = "last_token_lag"


def measure(context: Context) -> Iterator[Result]:
    """Stream at 100 and at 500 tokens a second."""
    for rate in (100, 500):
        case = f"{rate} tokens/s"
        growth: list[Result] = []
        for peer in context.peers:
            ours = peer.name == "swell"
            try:
                seen = [
                    _once(context, peer, rate) for _ in range(context.pick(3, 1) if ours else 1)
                ]
            except Exception as error:
                why = f"failed: {str(error).splitlines()[0]}"
                yield from missing(ROW, case, "ms", [peer.name], why)
                continue
            lags = [one.last_lag_ms for one in seen if one.last_lag_ms is not None]
            limit = LIMIT_MS if ours else None
            if not lags:
                text = f"over {PATIENCE_S * 1000:,.0f}"
                yield Result(ROW, case, peer.name, None, "ms", limit, text=text)
                continue
            took, due = seen[0].handler_s, (TOKENS - 1) / rate
            note = (
                f"handler held back to {TOKENS / took:.0f}/s" if took and took > 1.1 * due else ""
            )
            yield Result(ROW, case, peer.name, median(lags), "ms", limit, note=note)
            rises = [one.growth_ms for one in seen if one.growth_ms is not None]
            if rises:
                most = GROWTH_MS if ours else None
                what = f"{case}, rise over the stream"
                growth.append(Result(ROW, what, peer.name, median(rises), "ms", most))
        yield from growth


def _once(context: Context, peer: Peer, rate: int) -> Seen:
    with peer.start() as running, context.chromium.open(peer, running.url) as page:
        context.chromium.ask(peer, page, running, "say 5 50", 10)  # warms up
        page.wait_for_timeout(500)
        patience = TOKENS / rate + PATIENCE_S
        return context.chromium.ask(peer, page, running, f"say {TOKENS} {rate}", patience)
