"""The reply that every peer streams, and the clock by which it is streamed.

Run by each peer's own Python, so it uses the standard library only. The prompt decides what is
said: `say 2000 100 7` means 2,000 tokens at 100 tokens a second, as reply number 7.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from typing import Any

FIRST, LAST = "Alpha", "Omega"
"""Words of the first and of the last token; with the reply's number they are unique on a page."""

SENTENCES = """model reads a prompt and answers word by word while people watch the lines
grow longer without waiting till words arrived"""
WORDS = SENTENCES.split()
PARAGRAPH = 60


def tokens(count: int, number: int = 0) -> list[str]:
    """Return reply `number` of `count` tokens: 5.85 bytes each on average, in paragraphs.

    With BENCH_MARKDOWN in the environment it has headings, lists, tables, code and emphasis.
    """
    if os.environ.get("BENCH_MARKDOWN"):
        return _markdown(count, number)
    made = [
        WORDS[i % len(WORDS)] + (".\n\n" if i % PARAGRAPH == PARAGRAPH - 1 else " ")
        for i in range(count)
    ]
    made[0] = f"{FIRST}{number} "
    made[-1] = f"{LAST}{number}"
    return made


PIECES = """## A heading for part {n}

The **{n}th** part has `code`, *emphasis* and [a link](https://example.org/{n}) in plain words.

- a first point that is made in a few words
- a second one, with `more_code()` in it
  - and one below it

| name | value | note |
| --- | ---: | --- |
| row {n} | {n}.5 | as measured |
| other | 17 | as before |

```python
def part_{n}(values: list[int]) -> int:
    return sum(value * {n} for value in values)
```

> A quotation of what somebody said about part {n}.

"""


def _markdown(count: int, number: int) -> list[str]:
    """Cut pieces of Markdown into tokens of six characters."""
    size = 6 * count
    text = "".join(PIECES.format(n=n) for n in range(1, 2 + size // 400))[:size]
    made = [text[i : i + 6] for i in range(0, size, 6)]
    made[0] = f"{FIRST}{number}\n\n"
    made[-1] = f"\n```\n\n{LAST}{number}"
    return made


def history(count: int, number: int) -> list[str]:
    """Return messages that were said before, the last of them with the reply's last word."""
    said = [f"Message {i} of what was said, with **some** `Markdown` in it." for i in range(count)]
    return [*said[:-1], f"{LAST}{number}"]


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


class Timed:
    """Await something, and count the time that its own code ran: not what others did meanwhile.

    Attributes:
        own_ns: That time, in nanoseconds.
    """

    def __init__(self, awaitable: Coroutine[Any, Any, object]) -> None:
        self._inner = awaitable
        self.own_ns = 0

    def __await__(self) -> Generator[Any, Any, None]:
        value = None
        while True:
            start = time.perf_counter_ns()
            try:
                waits_for = self._inner.send(value)
            except StopIteration:
                self.own_ns += time.perf_counter_ns() - start
                return
            self.own_ns += time.perf_counter_ns() - start
            value = yield waits_for


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
