"""Retention: chats that are too old are hidden, and purged a day later like deleted ones."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, exists, select, update

from .engines.base import Tx
from .statements import ACTIVE
from .tables import runs, shares, threads, users

__all__ = ["AT_ONCE", "alone", "expire", "old"]

AT_ONCE = 500
"""Most chats that one transaction hides."""

PURGE_LOCK = 0x7377656C6D
"""Number of PostgreSQL's lock that a transaction holds while it purges."""

_ALONE = f"SELECT pg_try_advisory_xact_lock({PURGE_LOCK})"  # no input
_THREAD = threads.c.id == bindparam("thread")
_TOO_OLD = (
    threads.c.deleted.is_(None),
    threads.c.updated < bindparam("before"),
    ~exists().where(runs.c.thread_id == threads.c.id, ACTIVE),
)
_OLD = (
    select(threads.c.user_id, threads.c.id)
    .join(users, users.c.id == threads.c.user_id)
    .where(users.c.app == bindparam("app"), *_TOO_OLD)
    .limit(AT_ONCE)
)
_HIDE = update(threads).where(_THREAD, *_TOO_OLD).values(deleted=bindparam("time"))
_UNSHARE = delete(shares).where(shares.c.thread_id == bindparam("thread"))


def alone(tx: Tx) -> bool:
    """Return whether no other process purges, until the end of the transaction.

    SQLite lets one process write at a time anyway.
    """
    if tx.dialect == "sqlite":
        return True
    row = tx.row(_ALONE)
    return row is not None and bool(row[0])


def old(tx: Tx, app: str, before: float) -> list[tuple[str, str]]:
    """Return owners and ids of an app's chats without a message since a time, at most 500."""
    return [(row[0], row[1]) for row in tx.rows(_OLD, app=app, before=before)]


def expire(
    tx: Tx, found: Sequence[tuple[str, str]], before: float, time: float
) -> list[tuple[str, str]]:
    """Hide chats and end their links; return those that are still too old."""
    if not alone(tx):
        return []
    hidden = [
        (user_id, thread_id)
        for user_id, thread_id in found
        if tx.run(_HIDE, thread=thread_id, before=before, time=time)
    ]
    for _, thread_id in hidden:
        tx.run(_UNSHARE, thread=thread_id)
    return hidden
