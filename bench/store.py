"""Does the store stay as quick with a million messages as with a handful?

python -m bench.store [--threads 50000] [--messages 1000000] [--rounds 300] [--keep FOLDER]

Makes two SQLite files: a small one with a single window of everything, and a large one in which one
person owns all threads, one of them with 10,000 messages. The same calls are then made on both,
in turn, and the times compared. Exits with 1 when a p95 is more than twice that of the small one.
`bench.store_pages` shows the same files to a browser.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import contextlib
import itertools
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from swell.chat import NewPrompt
from swell.chat.store import Store, open_store
from swell.chat.store.ids import new_id
from swell.chat.store.words import owned, words
from swell.parts import Text

RATIO_MAX = 2.0
LONG = 10_000
WINDOW = 50
WORDS = (8, 40)
"""Least and most words of a message."""


class Language:
    """Words as frequent as in a language: the n-th is 1/n as frequent as the first."""

    def __init__(self, seed: int, size: int = 20_000) -> None:
        self._random = random.Random(seed)  # noqa: S311  # reproducible, not secret
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.words = [
            "".join(self._random.choice(letters) for _ in range(self._random.randint(3, 9)))
            for _ in range(size)
        ]
        self._weights = list(itertools.accumulate(1 / (n + 1) for n in range(size)))

    def text(self) -> str:
        """Return a message."""
        count = self._random.randint(*WORDS)
        return " ".join(
            self.words[bisect.bisect(self._weights, self._random.random() * self._weights[-1])]
            for _ in range(count)
        )


@dataclass
class Database:
    """One of the two files."""

    name: str
    store: Store
    user: str
    long: str
    bytes: int
    taken: dict[str, list[float]] = field(default_factory=dict)


async def make(
    name: str, path: Path, language: Language, threads: int, messages: int, long: int
) -> Database:
    """Make a file and fill it: quicker than through the store, to the same rows."""
    store = open_store(str(path))
    await store.open()
    user = (await store.user("anna")).id
    await store.close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -262144")
        connection.execute("BEGIN")
        longest = _fill(connection, user, language, threads, messages, long)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store = open_store(str(path))
    await store.open()
    return Database(name, store, user, longest, path.stat().st_size)  # noqa: ASYNC240  # nobody waits


def _fill(
    connection: sqlite3.Connection,
    user: str,
    language: Language,
    threads: int,
    messages: int,
    long: int,
) -> str:
    sizes = [long] + [max(2, (messages - long) // max(1, threads - 1))] * (threads - 1)
    longest = ""
    number = 0
    for place, size in enumerate(sizes):
        thread, title = new_id(), language.text()[:60]
        longest = longest or thread
        made, cells, entries = [], [], []
        parent: str | None = None
        for depth in range(size):
            identity, text = new_id(), language.text()
            number += 1
            role = "assistant" if depth % 2 else "user"
            made.append((identity, thread, parent, depth, role, "done", float(number)))
            cells.append((identity, json.dumps({"type": "text", "text": text})))
            entries.append((number, thread, owned(user, words(text))))
            parent = identity
        connection.execute(
            "INSERT INTO threads (n, id, user_id, title, created, updated, pinned, archived,"
            " leaf_id) VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?)",
            (place + 1, thread, user, title, float(place), float(place), parent),
        )
        connection.execute(
            "INSERT INTO thread_words (rowid, words) VALUES (?, ?)",
            (place + 1, owned(user, words(title))),
        )
        connection.executemany(
            "INSERT INTO messages (id, thread_id, parent_id, depth, role, status, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            made,
        )
        connection.executemany(
            "INSERT INTO parts (message_id, position, type, body, indexed)"
            " VALUES (?, 0, 'text', ?, 1)",
            cells,
        )
        connection.executemany(
            "INSERT INTO part_words (rowid, thread, words) VALUES (?, ?, ?)", entries
        )
    return longest


def calls(language: Language, chosen: random.Random) -> Iterator[tuple[str, _Call]]:
    """Yield what is measured: a name, and a function of a database."""

    async def opened(database: Database) -> None:
        store = database.store
        user = await store.user("anna")
        await store.threads(user.id, limit=WINDOW + 1)
        thread = await store.thread(user.id, database.long)
        await store.settings(user.id, thread.id)
        assert len(await store.messages(thread.id, limit=WINDOW)) == WINDOW

    async def listed(database: Database) -> None:
        assert len(await database.store.threads(database.user, limit=WINDOW)) == WINDOW

    async def window(database: Database) -> None:
        assert len(await database.store.messages(database.long, limit=WINDOW)) == WINDOW

    def search(rank: int) -> _Call:
        async def found(database: Database) -> None:
            await database.store.search(database.user, language.words[rank], limit=20)

        return found

    async def two_words(database: Database) -> None:
        await database.store.search(
            database.user, f"{language.words[2]} {language.words[40]}", limit=20
        )

    async def beginning(database: Database) -> None:
        await database.store.search(database.user, language.words[300][:3], limit=20)

    async def searched_threads(database: Database) -> None:
        await database.store.threads(database.user, query=language.words[200], limit=20)

    async def send(database: Database) -> None:
        made = await database.store.accept(
            database.user, NewPrompt([Text(language.text())], database.long), action_id=new_id()
        )
        await database.store.start(made.run.id)
        await database.store.finish(made.run.id, "done", [Text(language.text())])

    async def flush(database: Database) -> None:
        made = database.taken.get("_run")
        run = str(made[0]) if made else ""
        if not run:
            accepted = await database.store.accept(
                database.user, NewPrompt([Text("x")]), action_id=new_id()
            )
            await database.store.start(accepted.run.id)
            database.taken["_run"] = [accepted.run.id]  # type: ignore[list-item]
            run = accepted.run.id
        await database.store.flush({run: [Text("x" * chosen.randint(100, 4000))]})

    yield "opening the app at such a thread", opened
    yield "list of threads, first 50", listed
    yield "thread of 10,000 messages, last 50", window
    yield "search, a word in most messages", search(0)
    yield "search, a word in 1 of 20", search(20)
    yield "search, a word in 1 of 1,000", search(1000)
    yield "search, two words", two_words
    yield "search, the beginning of a word", beginning
    yield "search for threads", searched_threads
    yield "accept, start and finish", send
    yield "flush of partial text", flush


_Call = Callable[[Database], Awaitable[None]]
_Taken = dict[str, list[float]]


async def measure(databases: list[Database], language: Language, rounds: int) -> None:
    """Make each call on both in turn, so that other load on the machine meets both alike."""
    chosen = random.Random(5)  # noqa: S311
    for name, call in calls(language, chosen):
        for turn in range(rounds + 10):
            for database in databases if turn % 2 else databases[::-1]:
                begin = time.perf_counter()
                await call(database)
                if turn >= 10:  # the first ones fill caches
                    took = (time.perf_counter() - begin) * 1000
                    database.taken.setdefault(name, []).append(took)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values is."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def report(small: _Taken, large: _Taken) -> bool:
    """Print the table; tell whether all is within the bound."""
    print(f"{'ms':46}{'small p50':>10}{'p95':>8}{'large p50':>11}{'p95':>8}{'ratio p95':>11}")
    good = True
    for name in large:
        if name.startswith("_"):
            continue
        of = [percentile(taken[name], share) for taken in (small, large) for share in (0.5, 0.95)]
        ratio = of[3] / of[1]
        good = good and ratio <= RATIO_MAX
        print(f"{name:46}{of[0]:10.2f}{of[1]:8.2f}{of[2]:11.2f}{of[3]:8.2f}{ratio:11.2f}")
    return good


async def run(threads: int, messages: int, rounds: int, folder: Path) -> bool:
    """Make both files, measure and report."""
    language = Language(1)
    begin = time.perf_counter()
    small = await make("small", folder / "small.db", language, WINDOW, 20 * WINDOW, 2 * WINDOW)
    large = await make("large", folder / "large.db", language, threads, messages, LONG)
    print(
        f"made in {time.perf_counter() - begin:.0f} s; large: {threads:,} threads, {messages:,} "
        f"messages, {large.bytes / 1e6:.0f} MB; small: {small.bytes / 1e6:.1f} MB"
    )
    await measure([small, large], language, rounds)
    await small.store.close()
    await large.store.close()
    return report(small.taken, large.taken)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m bench.store", description=__doc__)
    parser.add_argument("--threads", type=int, default=50_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="a folder for the files, which are kept")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="swell-store-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        good = asyncio.run(run(arguments.threads, arguments.messages, arguments.rounds, folder))
    finally:
        if arguments.keep is None:
            shutil.rmtree(folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
