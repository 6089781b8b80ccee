"""Where the microseconds of a streamed token go, stage by stage, in one process.

python -m bench.hotpath [--length 8000] [--rounds 7]

Prints a Markdown table. Each stage runs on its own over the tokens of an answer; times are of
the stage's own CPU, medians over rounds. What is not in the table (the kernel, the event loop,
the ASGI server) is what the row `cpu_per_1000_tokens` has on top.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial

from bench.apps.reply import tokens
from bench.common import median, percentile
from swell import data, ui
from swell.cards.base import named_components
from swell.live.connection import Connection
from swell.live.edits import Edit, resolve
from swell.live.tail import Tail
from swell.live.wire import Welcome
from swell.page.page import AsyncPage
from swell.server.pages import Pages, WatchedPage
from swell.settings.table import Settings

COUNT = 1000


class Stages:
    """Times by stage, in nanoseconds per token."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], object]) -> None:
        """Run `work`, which does a stage for one token, and note how long it took."""
        start = time.perf_counter_ns()
        work()
        self.taken.setdefault(name, []).append(time.perf_counter_ns() - start)


class Sink:
    """Stands between a page and its live page, so that an edit and its commit are two stages."""

    def __init__(self, page: WatchedPage) -> None:
        self._page = page
        self.state = page.state
        self.edits: list[Edit] = []

    @property
    def tail(self) -> Tail | None:
        """What the live page has."""
        return self._page.tail

    def commit(self, edits: Sequence[Edit]) -> bool:
        """Keep the edits."""
        self.edits = list(edits)
        return True

    def when_due(self, save: Callable[[], None]) -> None:
        """Save at once."""
        save()

    def forget(self) -> None:
        """There is no past to drop."""


def assign(page: AsyncPage, text: str) -> None:
    """Do what a handler does for a token."""
    page["chat"].data[-1] = [text, False]


def save(page: AsyncPage) -> None:
    """Do what `save` does before it lets others run."""
    coroutine = page.save()
    coroutine.send(None)
    coroutine.close()


async def one_round(length: int, stages: Stages) -> None:
    """Stream an answer that begins with `length` characters; nothing here waits."""
    settings = Settings()
    live = Pages(settings).open("bench")
    sink = Sink(live)
    page = AsyncPage(sink)
    card = ui.chatbot_card(box="1 1 4 8", name="chatbot", data=data("content from_user", t="list"))
    page["chat"] = card
    save(page)
    live.commit(sink.edits)
    text = ("".join(tokens(1000)) * (1 + length // 5000))[:length]
    page["chat"].data += [text, False]
    save(page)
    live.commit(sink.edits)
    awake = asyncio.Event()
    limits = Settings(flush_interval_s=0.0, beat_interval_s=1e9, hello_timeout_s=1e9)
    connection = Connection(limits, 0.0, awake.set)
    connection.attach(live.live, "client", live.live.seq, _no_welcome)
    live.watchers.add(connection)
    for number, token in enumerate(tokens(COUNT)):
        text += token
        stages.time("edit: `data[-1] = [text, False]`", partial(assign, page, text))
        stages.time("save: hand the edits over", partial(save, page))
        (edit,) = sink.edits
        find = partial(resolve, edit, live.state, named_components)
        stages.time("(of the next: find the tail)", find)
        stages.time("commit: find the tail, apply, log, wake", partial(live.commit, sink.edits))
        take = partial(connection.take, 1.0 + number)
        stages.time("take: encode the frame", take)
        stages.time("take: nothing more", take)
        live.flush(0.0)  # untimed: with that the page has to be put on the pacer's list again


def _no_welcome() -> Welcome:
    raise AssertionError("the log covers every position here")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=8000)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    stages = Stages()
    for _ in range(args.rounds):
        asyncio.run(one_round(args.length, stages))
    print("| stage | p50, us | p99, us |\n| --- | --- | --- |")
    for name, taken in stages.taken.items():
        print(f"| {name} | {median(taken) / 1000:.1f} | {percentile(taken, 0.99) / 1000:.1f} |")


if __name__ == "__main__":
    main()
