"""Full text: FTS5 in SQLite, `tsvector` in PostgreSQL, the same words in both (`words.py`).

`part_words` has the words of text parts of messages that are finished, `thread_words` those of
titles. Each entry carries tokens of its owners, so that a search for one person's messages
walks only through theirs: the cost does not depend on what others have.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from swell.chat.records import Hit
from swell.parts import Text

from .engine import Row, Tx
from .words import Query, parse_query, snippet, to_tsvector, words

__all__ = ["create", "forget", "index_parts", "retitle", "search", "threads_found"]

_FTS5 = "fts5(owner, words, content='', columnsize=0, tokenize='ascii')"
_VECTOR = "ON DELETE CASCADE, words TSVECTOR NOT NULL)"
DDL: dict[Literal["sqlite", "postgresql"], tuple[str, ...]] = {
    "sqlite": (
        # Contentless: the text is in `parts`; deleting says the words again.
        f"CREATE VIRTUAL TABLE part_words USING {_FTS5}",
        f"CREATE VIRTUAL TABLE thread_words USING {_FTS5}",
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

_ADD = {
    ("sqlite", "part"): "INSERT INTO part_words (rowid, owner, words) VALUES (:n, :owner, :words)",
    ("sqlite", "thread"): "INSERT INTO thread_words (rowid, owner, words)"
    " VALUES (:n, :owner, :words)",
    ("postgresql", "part"): "INSERT INTO part_words (n, words)"
    " VALUES (%(n)s, %(words)s::text::tsvector)"
    " ON CONFLICT (n) DO UPDATE SET words = excluded.words",
    ("postgresql", "thread"): "INSERT INTO thread_words (n, words)"
    " VALUES (%(n)s, %(words)s::text::tsvector)"
    " ON CONFLICT (n) DO UPDATE SET words = excluded.words",
}
_REMOVE = {
    "part": "INSERT INTO part_words (part_words, rowid, owner, words)"
    " VALUES ('delete', :n, :owner, :words)",
    "thread": "INSERT INTO thread_words (thread_words, rowid, owner, words)"
    " VALUES ('delete', :n, :owner, :words)",
}

_FOUND = {
    "sqlite": "(SELECT rowid AS n FROM part_words WHERE part_words MATCH :query"
    " ORDER BY rowid DESC LIMIT :scan) AS found",
    "postgresql": "(SELECT n FROM part_words WHERE words @@ %(query)s::text::tsquery"
    " ORDER BY n DESC LIMIT %(scan)s) AS found",
}
# Deleted ones are told apart here and not by the database: how many were looked at counts.
_SEARCH = {
    name: "SELECT found.n, messages.thread_id, messages.id, parts.body, messages.created,"  # noqa: S608  # no input
    " messages.deleted IS NOT NULL OR threads.deleted IS NOT NULL"
    f" FROM {found} JOIN parts ON parts.n = found.n"
    " JOIN messages ON messages.id = parts.message_id"
    " JOIN threads ON threads.id = messages.thread_id"
    for name, found in _FOUND.items()
}
_TITLES = {
    "sqlite": "SELECT threads.id FROM (SELECT rowid AS n FROM thread_words"
    " WHERE thread_words MATCH :query ORDER BY rowid DESC LIMIT :scan) AS found"
    " JOIN threads ON threads.n = found.n WHERE threads.deleted IS NULL",
    "postgresql": "SELECT threads.id FROM (SELECT n FROM thread_words"
    " WHERE words @@ %(query)s::text::tsquery ORDER BY n DESC LIMIT %(scan)s) AS found"
    " JOIN threads ON threads.n = found.n WHERE threads.deleted IS NULL",
}

_TEXT = msgspec.json.Decoder(Text)


def create(tx: Tx) -> None:
    """Make the tables of a new database."""
    for statement in DDL[tx.dialect]:
        tx.run(statement)


def _owners(user_id: str, thread_id: str | None = None) -> list[str]:
    return [f"u{user_id}", *([f"t{thread_id}"] if thread_id else [])]


def _add(tx: Tx, kind: Literal["part", "thread"], n: int, owners: list[str], text: str) -> None:
    if tx.dialect == "sqlite":
        tx.run(_ADD["sqlite", kind], n=n, owner=" ".join(owners), words=" ".join(words(text)))
    else:
        tx.run(_ADD["postgresql", kind], n=n, words=to_tsvector(owners, words(text)))


def index_parts(tx: Tx, user_id: str, thread_id: str, parts: Iterable[tuple[int, str]]) -> None:
    """Let text parts be found, given as their numbers and bodies."""
    owners = _owners(user_id, thread_id)
    for n, body in parts:
        _add(tx, "part", n, owners, _TEXT.decode(body).text)


def forget(tx: Tx, user_id: str, thread_id: str, parts: Iterable[tuple[int, str]]) -> None:
    """Take text parts out of the index, before they are deleted or changed."""
    if tx.dialect == "postgresql":
        return  # goes with the part, or is replaced
    owner = " ".join(_owners(user_id, thread_id))
    for n, body in parts:
        found = " ".join(words(_TEXT.decode(body).text))
        tx.run(_REMOVE["part"], n=n, owner=owner, words=found)


def retitle(tx: Tx, user_id: str, n: int, old: str | None, new: str | None) -> None:
    """Let a thread be found by its new title instead of its old one; None stands for no thread."""
    owner = _owners(user_id)
    if old and tx.dialect == "sqlite":
        tx.run(_REMOVE["thread"], n=n, owner=owner[0], words=" ".join(words(old)))
    if new is not None and (new or tx.dialect == "postgresql"):
        _add(tx, "thread", n, owner, new)


def _attempts(tx: Tx, query: Query, owner: str) -> list[str]:
    """Write a query for whole words, and then for the beginning of the last one."""
    write = query.match if tx.dialect == "sqlite" else query.tsquery
    return [write(owner, prefix=prefix) for prefix in ([False, True] if query.prefix else [False])]


def search(tx: Tx, user_id: str, text: str, *, thread_id: str | None, limit: int) -> list[Hit]:
    """Return messages with all the words, newest first."""
    query = parse_query(text)
    if query is None:
        return []
    hits: dict[str, Row] = {}
    for written in _attempts(tx, query, f"t{thread_id}" if thread_id else f"u{user_id}"):
        for scan in (2 * limit, MESSAGES_SCANNED):
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


def threads_found(tx: Tx, user_id: str, text: str, *, enough: int | None) -> list[str] | None:
    """Return ids of threads with all the words in their title or in one message.

    Args:
        tx: The transaction.
        user_id: Whose threads.
        text: The words.
        enough: How many threads will do; None looks through all that is looked at.

    Returns:
        The ids, or None when there is no word to search for.
    """
    query = parse_query(text)
    if query is None:
        return None
    threads: dict[str, None] = {}
    for written in _attempts(tx, query, f"u{user_id}"):
        titles = 2 * enough if enough else TITLES_SCANNED
        for row in tx.rows(_TITLES[tx.dialect], query=written, scan=titles):
            threads[row[0]] = None
        for scan in (2 * enough, MESSAGES_SCANNED) if enough else (MESSAGES_SCANNED,):
            found = tx.rows(_SEARCH[tx.dialect], query=written, scan=scan)
            threads.update((row[1], None) for row in found if not row[5])
            if len(found) < scan or (enough and len(threads) >= enough):
                break
        if enough and len(threads) >= enough:
            break
    return list(threads)
