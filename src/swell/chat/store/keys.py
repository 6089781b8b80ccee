"""Keys that all processes on a database agree on: the first process that needs one makes it."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from .engines.base import Tx
from .statements import inserting
from .tables import secrets

__all__ = ["agreed"]

_INSERT = inserting(secrets, ignore=True)
_FIND = select(secrets.c.value).where(secrets.c.name == bindparam("name"))


def agreed(tx: Tx, name: str, value: str, time: float) -> str:
    """Return the key of this name; `value` becomes the key when there is none.

    Of two concurrent transactions the second waits for the first, and finds its key.
    """
    tx.run(_INSERT, name=name, value=value, created=time)
    row = tx.row(_FIND, name=name)
    assert row is not None
    return str(row[0])
