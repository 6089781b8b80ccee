"""Index words together with whose they are, so that a search does not meet those of others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec
from alembic import op

from swell.chat.store.words import words

revision = "0003"
down_revision = "0002"

_MERGE_LATER = {"automerge": 0, "crisismerge": 500}
_MERGE_AS_USUAL = {"automerge": 4, "crisismerge": 16}
_FTS5 = "content='', columnsize=0, tokenize='ascii'"
_PARTS = (
    "SELECT parts.n, messages.thread_id, threads.user_id, parts.body FROM parts"
    " JOIN messages ON messages.id = parts.message_id JOIN threads ON threads.id ="
    " messages.thread_id WHERE parts.indexed = 1 AND parts.type = 'text' ORDER BY parts.n"
)


def upgrade() -> None:
    """Rebuild SQLite's index; PostgreSQL's does not change.

    It takes about a minute of processor time for a million messages, once. The pieces of the index
    are merged once, at the end, and not again and again while it grows.
    """
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("part_words", "thread_words"):
        op.execute(f"DROP TABLE {table}")
    op.execute(f"CREATE VIRTUAL TABLE part_words USING fts5(thread, words, {_FTS5}, prefix='35')")
    op.execute(f"CREATE VIRTUAL TABLE thread_words USING fts5(words, {_FTS5})")
    connection = op.get_bind().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    _set(connection, _MERGE_LATER)
    connection.executemany(
        "INSERT INTO part_words (rowid, thread, words) VALUES (?, ?, ?)", _found(connection)
    )
    connection.execute("INSERT INTO part_words (part_words) VALUES ('optimize')")
    _set(connection, _MERGE_AS_USUAL)
    titles = connection.execute("SELECT n, user_id, title FROM threads WHERE title != ''")
    connection.executemany(
        "INSERT INTO thread_words (rowid, words) VALUES (?, ?)",
        ((n, _owned(user, title)) for n, user, title in titles),
    )


def _set(connection: sqlite3.Connection, values: dict[str, int]) -> None:
    for name, value in values.items():
        connection.execute("INSERT INTO part_words (part_words, rank) VALUES (?, ?)", (name, value))


def _found(connection: sqlite3.Connection) -> Iterator[tuple[int, str, str]]:
    for n, thread, user, body in connection.execute(_PARTS):
        yield n, thread, _owned(user, msgspec.json.decode(body)["text"])


def _owned(user: str, text: str) -> str:
    return " ".join([user + word for word in words(text)])
