"""What a streamed Markdown answer costs the browser's main thread, and whether it stays smooth."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from bench.apps.reply import LAST
from bench.common import Result, median
from bench.context import Context, missing
from bench.peers.peer import Peer

ROW = "browser_work"
TOKENS = 2000
EACH_MS = 1.0
TASK_MS = 50.0
SMOOTH = 55 / 60
HEAP_MB = 40.0
GROWTH = {500: 1.2, 10_000: 1.5}
BEFORE = (0, 500, 10_000)
RATES = (100, 500)
PATIENCE_S = 60.0
MANY = frozenset({"swell", "wave", "chainlit", "nicegui", "streamlit"})
"""Whose app can show messages that were there before."""

# Counts frames and keeps the tasks of more than 50 ms; nothing else, so that watching costs little.
WATCH = """
() => {
  const seen = (window.__work = { frames: 0, since: performance.now(), longest: 0 });
  const frame = () => { seen.frames++; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
  }).observe({ type: "longtask" });
}
"""
START = "() => { Object.assign(__work, { frames: 0, since: performance.now(), longest: 0 }); }"
FRAMES = "() => __work.frames * 1000 / (performance.now() - __work.since)"


@dataclass
class Work:
    """What one answer cost.

    Attributes:
        each_ms: Main thread, per token.
        longest_ms: Longest task; 0 when none took more than 50 ms.
        frames: A second.
        heap_mb: JavaScript heap afterwards, garbage collected.
        took_s: From the prompt until the last word was there.
    """

    each_ms: float
    longest_ms: float
    frames: float
    heap_mb: float
    took_s: float


@dataclass
class Idle:
    """A page where nothing happens, watched like the others.

    Attributes:
        frames: A second.
        busy: Share of the time in which the main thread works.
    """

    frames: float
    busy: float


def measure(context: Context) -> Iterator[Result]:
    """Stream at two rates into an empty chat, after 500 messages, and ours after 10,000."""
    idle = _idle(context)
    seen = _ours(context)
    medians: dict[tuple[int, int], float] = {}
    for before in BEFORE:
        for rate in RATES:
            case = f"{rate} tokens/s, {f'after {before:,} messages' if before else 'empty chat'}"
            for peer in context.peers:
                key = (before, rate)
                if before and (peer.name not in MANY or (before > 500 and peer.name != "swell")):
                    yield from missing(ROW, case, "ms", [peer.name], "not measured")
                    continue
                try:
                    works = seen[key] if peer.name == "swell" else [_once(context, peer, *key)]
                except Exception as error:
                    why = f"failed: {str(error).splitlines()[0]}"
                    yield from missing(ROW, case, "ms", [peer.name], why)
                    continue
                yield from _results(peer.name, case, works, key, medians, idle)


def _ours(context: Context) -> dict[tuple[int, int], list[Work]]:
    """Measure ours in turns: the machine is not as fast at one minute as at the next.

    A page that does the same has been seen to take 400 ms and 600 ms half an hour later, which is
    more than the cases may differ by.
    """
    seen: dict[tuple[int, int], list[Work]] = {}
    for peer in context.among(["swell"]):
        for _ in range(context.pick(3, 1)):
            for rate in RATES:
                for before in BEFORE:
                    seen.setdefault((before, rate), []).append(_once(context, peer, before, rate))
    return seen


def _results(
    name: str,
    case: str,
    seen: list[Work],
    key: tuple[int, int],
    ours: dict[tuple[int, int], float],
    idle: Idle,
) -> Iterator[Result]:
    each = median([one.each_ms for one in seen])
    frames = median([one.frames for one in seen])
    longest = max(one.longest_ms for one in seen)
    judged, (before, rate) = name == "swell", key
    limit = None
    if judged:
        ours[key] = each
        limit = GROWTH[before] * ours[0, rate] if before and (0, rate) in ours else EACH_MS
    nothing = idle.busy * 1000 / rate
    note = f"done after {median([one.took_s for one in seen]):.0f} s"
    note += f"; a page where nothing happens costs {nothing:.2f} in as long as a token takes"
    yield Result(ROW, case, name, each, "ms", limit, note=note)
    text = "none over 50" if longest == 0 else None
    most = TASK_MS if judged else None
    yield Result(ROW, f"{case}: longest task", name, longest, "ms", most, text=text or "")
    note = f"a page where nothing happens has {idle.frames:.0f}"
    least = SMOOTH * idle.frames if judged else None
    yield Result(ROW, f"{case}: frames", name, frames, "1/s", least, least=True, note=note)
    if before == 10_000:
        heap = median([one.heap_mb for one in seen])
        yield Result(ROW, f"{case}: heap", name, heap, "MB", HEAP_MB)


def _once(context: Context, peer: Peer, before: int, rate: int) -> Work:
    env = {"BENCH_MARKDOWN": "1"}
    with peer.start(env=env) as running, context.chromium.open(peer, running.url, watch="") as page:
        peer.say(page, "say 20 50 7")
        _wait_for(page, f"{LAST}7")
        if before:
            peer.say(page, f"rows {before} 1 8")
            _wait_for(page, f"{LAST}8")
            page.wait_for_timeout(3000)
        page.evaluate(WATCH)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        start = time.monotonic()
        spent = _tasks(session)
        page.evaluate(START)
        peer.say(page, f"say {TOKENS} {rate} 9")
        page.wait_for_timeout(TOKENS / rate * 1000)
        _wait_for(page, f"{LAST}9")
        took = time.monotonic() - start
        frames = page.evaluate(FRAMES)
        longest = page.evaluate("() => __work.longest")
        spent = _tasks(session) - spent
        session.send("HeapProfiler.collectGarbage")
        heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    return Work(spent * 1000 / TOKENS, longest, frames, heap, took)


def _tasks(session: object) -> float:
    """Return the seconds that the page's main thread has worked."""
    metrics = session.send("Performance.getMetrics")["metrics"]  # type: ignore[attr-defined]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


def _wait_for(page: Page, word: str) -> None:
    """Wait until a word is on the page, looking twice a second.

    Raises:
        TimeoutError: If it does not come.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not page.evaluate("(word) => document.body.textContent.includes(word)", word):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the last word was not there after {PATIENCE_S:.0f} s more")
        page.wait_for_timeout(500)


def _idle(context: Context) -> Idle:
    """Watch a page where nothing happens."""
    with context.chromium.blank() as page:
        page.evaluate(WATCH)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        start, spent = time.monotonic(), _tasks(session)
        page.evaluate(START)
        page.wait_for_timeout(3000)
        frames = float(page.evaluate(FRAMES))
        return Idle(frames, (_tasks(session) - spent) / (time.monotonic() - start))
