"""The cards beside the conversation of a thread, as JSON with a version."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from .engines.base import Tx
from .statements import inserting
from .tables import thread_pages

__all__ = ["add", "get", "put"]

_GET = select(thread_pages.c.version, thread_pages.c.state, thread_pages.c.writer).where(
    thread_pages.c.thread_id == bindparam("thread")
)
_ADD = inserting(thread_pages, ignore=True)
_CHANGE = (
    update(thread_pages)
    .where(
        thread_pages.c.thread_id == bindparam("thread"),
        thread_pages.c.version == bindparam("before"),
    )
    .values(version=bindparam("after"), state=bindparam("new"), writer=bindparam("by"))
)


def get(tx: Tx, thread_id: str) -> tuple[int, str, str] | None:
    """Return version, state and writer of a thread's page; None if it has none."""
    row = tx.row(_GET, thread=thread_id)
    return None if row is None else (int(row[0]), str(row[1]), str(row[2]))


def add(tx: Tx, thread_id: str, state: str, writer: str) -> bool:
    """Store the first state of a thread's page; return whether there was none."""
    return bool(tx.run(_ADD, thread_id=thread_id, version=1, state=state, writer=writer))


def put(tx: Tx, thread_id: str, version: int, state: str, writer: str) -> bool:
    """Replace the state of a thread's page.

    Args:
        tx: The transaction.
        thread_id: The thread.
        version: The version that the state was made from; 0 for none.
        state: JSON.
        writer: Names this call, so that a repeated one is recognised.

    Returns:
        Whether it is stored; False if another process has stored a version since.
    """
    if version == 0:
        done = add(tx, thread_id, state, writer)
    else:
        after = version + 1
        done = bool(
            tx.run(_CHANGE, thread=thread_id, before=version, after=after, new=state, by=writer)
        )
    if done:
        return True
    row = tx.row(_GET, thread=thread_id)
    return row is not None and (int(row[0]), row[2]) == (version + 1, writer)
