"""The reply that every peer streams, and the clock by which it is streamed.

Run by each peer's own Python, so it uses the standard library only. The prompt decides what is
said: `say 2000 100 7` means 2,000 tokens at 100 tokens a second, as reply number 7.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Iterator

FIRST, LAST = "Alpha", "Omega"
"""Words of the first and of the last token; with the reply's number they are unique on a page."""

SENTENCES = """model reads a prompt and answers word by word while people watch the lines
grow longer without waiting till words arrived"""
WORDS = SENTENCES.split()
PARAGRAPH = 60


def tokens(count: int, number: int = 0) -> list[str]:
    """Return reply `number` of `count` tokens: 5.85 bytes each on average, in paragraphs."""
    made = [
        WORDS[i % len(WORDS)] + (".\n\n" if i % PARAGRAPH == PARAGRAPH - 1 else " ")
        for i in range(count)
    ]
    made[0] = f"{FIRST}{number} "
    made[-1] = f"{LAST}{number}"
    return made


def parse(prompt: str) -> tuple[str, list[int]]:
    """Return the command in a prompt and its numbers."""
    command, *numbers = prompt.split()
    return command, [int(number) for number in numbers]


def note(**values: object) -> None:
    """Write a line to the file that the bench reads, if it named one."""
    path = os.environ.get("BENCH_NOTES")
    if path:
        with open(path, "a") as file:  # noqa: PTH123  # once per reply
            file.write(json.dumps(values) + "\n")


async def paced(items: list[str], rate: float) -> AsyncIterator[str]:
    """Yield item `i` at `i / rate` seconds after the start, never earlier; late ones at once.

    With a rate of 0 all are late.
    """
    begin = time.monotonic()
    note(begin=time.time(), count=len(items), rate=rate)
    for i, item in enumerate(items):
        wait = begin + i / rate - time.monotonic() if rate else 0.0
        if wait > 0:
            await asyncio.sleep(wait)
        yield item
    note(end=time.time(), took=time.monotonic() - begin)


def paced_sync(items: list[str], rate: float) -> Iterator[str]:
    """The same for peers whose handlers are ordinary functions."""
    begin = time.monotonic()
    note(begin=time.time(), count=len(items), rate=rate)
    for i, item in enumerate(items):
        wait = begin + i / rate - time.monotonic() if rate else 0.0
        if wait > 0:
            time.sleep(wait)
        yield item
    note(end=time.time(), took=time.monotonic() - begin)
