"""Full text: FTS5 in SQLite, `tsvector` in PostgreSQL, the same words in both (`words.py`).

`part_words` has the words of text parts of messages that are finished, `thread_words` those of
titles. A search walks only through one user's messages: in SQLite every
word begins with the id of its owner, in PostgreSQL each entry carries tokens of the owners.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

import msgspec

from swell.chat.records import Hit, Thread
from swell.parts import Text

from .engines.base import Row, Tx
from .ids import ID_CHARS
from .statements import THREAD, own_thread, thread_of
from .words import PREFIX_MIN_CHARS, Query, owned, parse_query, snippet, to_tsvector, words

__all__ = ["create", "forget", "index_parts", "retitle", "search", "threads_found"]

Kind: TypeAlias = Literal["part", "thread"]

# Contentless: the text is in `parts`; a deletion repeats the words.
_FTS5 = "content='', columnsize=0, tokenize='ascii'"
_BEGINNINGS = f"prefix='{ID_CHARS + PREFIX_MIN_CHARS}'"
_VECTOR = "ON DELETE CASCADE, words TSVECTOR NOT NULL)"
DDL: dict[Literal["sqlite", "postgresql"], tuple[str, ...]] = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE part_words USING fts5(thread, words, {_FTS5}, {_BEGINNINGS})",
        f"CREATE VIRTUAL TABLE thread_words USING fts5(words, {_FTS5})",
    ),
    "postgresql": (
        f"CREATE TABLE part_words (n BIGINT PRIMARY KEY REFERENCES parts {_VECTOR}",
        "CREATE INDEX part_words_found ON part_words USING gin (words)",
        f"CREATE TABLE thread_words (n BIGINT PRIMARY KEY REFERENCES threads {_VECTOR}",
        "CREATE INDEX thread_words_found ON thread_words USING gin (words)",
    ),
}

MESSAGES_SCANNED = 2_000
"""How many messages a search looks at, newest first."""

TITLES_SCANNED = 500
"""How many titles a search for threads looks at, newest first."""

_ADD_POSTGRES: dict[Kind, str] = {
    "part": "INSERT INTO part_words (n, words)"
    " VALUES (%(n)s, %(words)s::text::tsvector)"
    " ON CONFLICT (n) DO UPDATE SET words = excluded.words",
    "thread": "INSERT INTO thread_words (n, words)"
    " VALUES (%(n)s, %(words)s::text::tsvector)"
    " ON CONFLICT (n) DO UPDATE SET words = excluded.words",
}
_ADD_SQLITE: dict[Kind, str] = {
    "part": "INSERT INTO part_words (rowid, thread, words) VALUES (:n, :thread, :words)",
    "thread": "INSERT INTO thread_words (rowid, words) VALUES (:n, :words)",
}
_REMOVE_SQLITE: dict[Kind, str] = {
    "part": "INSERT INTO part_words (part_words, rowid, thread, words)"
    " VALUES ('delete', :n, :thread, :words)",
    "thread": "INSERT INTO thread_words (thread_words, rowid, words) VALUES ('delete', :n, :words)",
}

_FOUND = {
    "sqlite": "(SELECT rowid AS n FROM part_words WHERE part_words MATCH :query"
    " ORDER BY rowid DESC LIMIT :scan) AS found",
    "postgresql": "(SELECT n FROM part_words WHERE words @@ %(query)s::text::tsquery"
    " ORDER BY n DESC LIMIT %(scan)s) AS found",
}
# Deleted ones are filtered here and not by the database: the number of rows read counts.
_DELETED = "messages.deleted IS NOT NULL OR threads.deleted IS NOT NULL"
_JOINED = (
    "JOIN parts ON parts.n = found.n JOIN messages ON messages.id = parts.message_id"
    " JOIN threads ON threads.id = messages.thread_id"
)
_SEARCH = {
    name: "SELECT found.n, messages.thread_id, messages.id, parts.body, messages.created,"  # noqa: S608  # no input
    f" {_DELETED} FROM {found} {_JOINED}"
    for name, found in _FOUND.items()
}
_THREAD = ", ".join(map(str, THREAD))
_BY_MESSAGE = {
    name: f"SELECT {_THREAD}, {_DELETED} FROM {found} {_JOINED}"  # noqa: S608  # no input
    for name, found in _FOUND.items()
}
_BY_TITLE = {
    name: f"SELECT {_THREAD}, threads.deleted IS NOT NULL"  # noqa: S608  # no input
    f" FROM {found.replace('part_words', 'thread_words')} JOIN threads ON threads.n = found.n"
    for name, found in _FOUND.items()
}

HITS_MAX = 200
"""Most hits of one search."""

_TEXT = msgspec.json.Decoder(Text)


def create(tx: Tx) -> None:
    """Make the tables of a new database."""
    for statement in DDL[tx.dialect]:
        tx.run(statement)


def _write(
    tx: Tx,
    statements: Mapping[Kind, str],
    kind: Kind,
    n: int,
    user_id: str,
    thread_id: str | None,
    text: str,
) -> None:
    """Add to SQLite's index, or take out of it."""
    thread = {} if thread_id is None else {"thread": thread_id}
    tx.run(statements[kind], n=n, words=owned(user_id, words(text)), **thread)


def _add(tx: Tx, kind: Kind, n: int, user_id: str, thread_id: str | None, text: str) -> None:
    if tx.dialect == "sqlite":
        _write(tx, _ADD_SQLITE, kind, n, user_id, thread_id, text)
        return
    owners = [f"u{user_id}"] if thread_id is None else [f"u{user_id}", f"t{thread_id}"]
    tx.run(_ADD_POSTGRES[kind], n=n, words=to_tsvector(owners, words(text)))


def index_parts(tx: Tx, user_id: str, thread_id: str, parts: Iterable[tuple[int, str]]) -> None:
    """Let text parts be found, given as their numbers and bodies."""
    for n, body in parts:
        _add(tx, "part", n, user_id, thread_id, _TEXT.decode(body).text)


def forget(tx: Tx, user_id: str, thread_id: str, parts: Iterable[tuple[int, str]]) -> None:
    """Take text parts out of the index, before they are deleted or changed."""
    if tx.dialect == "postgresql":
        return  # goes with the part, or is replaced
    for n, body in parts:
        text = _TEXT.decode(body).text
        _write(tx, _REMOVE_SQLITE, "part", n, user_id, thread_id, text)


def retitle(tx: Tx, user_id: str, n: int, old: str | None, new: str | None) -> None:
    """Let a thread be found by its new title instead of its old one; None stands for no thread."""
    if old and tx.dialect == "sqlite":
        _write(tx, _REMOVE_SQLITE, "thread", n, user_id, None, old)
    if new is not None and (new or tx.dialect == "postgresql"):
        _add(tx, "thread", n, user_id, None, new)


def _attempts(tx: Tx, query: Query, user_id: str, thread_id: str | None = None) -> list[str]:
    """Write a query for whole words, and then for the beginning of the last one."""
    attempts = [False, True] if query.prefix else [False]
    if tx.dialect == "sqlite":
        return [query.match(user_id, thread_id, prefix=prefix) for prefix in attempts]
    owner = f"t{thread_id}" if thread_id else f"u{user_id}"
    return [query.tsquery(owner, prefix=prefix) for prefix in attempts]


def _scans(first: int) -> Iterator[int]:
    """Yield how many messages to look at, attempt by attempt."""
    while first < MESSAGES_SCANNED:
        yield first
        first *= 4
    yield MESSAGES_SCANNED


def search(tx: Tx, user_id: str, text: str, *, thread_id: str | None, limit: int) -> list[Hit]:
    """Return messages with all the words, newest first.

    Raises:
        NotFoundError: If the thread is not this user's.
        ValueError: If `limit` is out of bounds.
    """
    if not 1 <= limit <= HITS_MAX:
        raise ValueError(f"limit must be 1 to {HITS_MAX}, got {limit}")
    if thread_id is not None:
        own_thread(tx, user_id, thread_id)
    query = parse_query(text)
    if query is None:
        return []
    hits: dict[str, Row] = {}
    for written in _attempts(tx, query, user_id, thread_id):
        for scan in _scans(limit):
            found = tx.rows(_SEARCH[tx.dialect], query=written, scan=scan)
            for row in sorted(found, reverse=True):
                if not row[5] and len(hits) < limit:
                    hits.setdefault(row[2], row)
            if len(hits) >= limit or len(found) < scan:
                break
        if len(hits) >= limit:
            break
    return [
        Hit(row[1], row[2], snippet(_TEXT.decode(row[3]).text, query), row[4])
        for row in sorted(hits.values(), reverse=True)
    ]


def threads_found(
    tx: Tx, user_id: str, text: str, *, archived: bool, enough: int | None
) -> list[Thread] | None:
    """Return threads with all the words in their title or in one message, in no order.

    Args:
        tx: The transaction.
        user_id: Owner of the threads.
        text: The words.
        archived: Only archived threads instead of only the others.
        enough: How many threads will do; None looks through all that is looked at.

    Returns:
        The threads, or None when there is no word to search for.
    """
    query = parse_query(text)
    if query is None:
        return None
    threads: dict[str, Thread] = {}

    def note(found: Iterable[Row]) -> None:
        for row in found:
            if not row[-1] and row[0] not in threads:
                thread = thread_of(tx, row)
                if thread.archived is archived:
                    threads[thread.id] = thread

    for written in _attempts(tx, query, user_id):
        note(tx.rows(_BY_TITLE[tx.dialect], query=written, scan=enough or TITLES_SCANNED))
        for scan in _scans(enough or MESSAGES_SCANNED):
            found = tx.rows(_BY_MESSAGE[tx.dialect], query=written, scan=scan)
            note(found)
            if len(found) < scan or (enough and len(threads) >= enough):
                break
        if enough and len(threads) >= enough:
            break
    return list(threads.values())
