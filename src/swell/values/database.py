"""Shared values in PostgreSQL: one row each, with expiry by the clock of the database."""

from __future__ import annotations

import secrets
from functools import partial

from sqlalchemy import BigInteger, Double, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql

from swell.chat.store.engines.base import Engine, Tx
from swell.chat.store.tables import shared_values
from swell.errors import LimitError

from .base import NAMES_MAX, Kept

__all__ = ["DatabaseKeeper"]

PURGED_AT_ONCE = 100
"""Most expired values that are removed when a new one is stored."""

_T = shared_values.c
_NOW = func.extract("epoch", func.clock_timestamp()).cast(Double)
_MICROSECONDS = (_NOW * 1e6).cast(BigInteger)
_EXPIRES = _NOW + bindparam("seconds", type_=Double)
_OVER = _T.expires.is_not(None) & (_T.expires <= _NOW)
_ROW = (_T.app == bindparam("of_app")) & (_T.name == bindparam("of_name"))

_GET = select(_T.value, _T.version).where(_ROW, ~_OVER)
_HOLD = select(_T.version, _T.writer, case((_OVER, 1), else_=0)).where(_ROW).with_for_update()
_ADD = (
    postgresql.insert(shared_values)
    .values(
        app=bindparam("of_app"),
        name=bindparam("of_name"),
        value=bindparam("new"),
        version=_MICROSECONDS,
        expires=_EXPIRES,
        writer=bindparam("by"),
    )
    .on_conflict_do_nothing()
    .returning(_T.version)
)
_CHANGE = (
    update(shared_values)
    .where(_ROW)
    .values(
        value=bindparam("new"),
        version=func.greatest(_T.version + 1, _MICROSECONDS),
        expires=_EXPIRES,
        writer=bindparam("by"),
    )
    .returning(_T.version)
)
_DELETE = delete(shared_values).where(_ROW)
_COUNT = select(func.count()).where(_T.app == bindparam("of_app"))
_PURGE = delete(shared_values).where(
    _T.app == bindparam("of_app"),
    _T.name.in_(
        select(_T.name)
        .where(_T.app == bindparam("of_app"), _OVER)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    ),
)


class DatabaseKeeper:
    """Keeps values in the table `shared_values`.

    Args:
        engine: The database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def get(self, app: str, name: str) -> Kept | None:
        """Return a value."""
        row = await self._engine.read(lambda tx: tx.row(_GET, of_app=app, of_name=name))
        return None if row is None else Kept(*row)

    async def put(
        self,
        app: str,
        name: str,
        value: str,
        expires_s: float | None = None,
        expected: int | None = None,
    ) -> int | None:
        """Store a value, and return its version."""
        # Names the write: the engine may repeat it without knowing that it was committed.
        by = secrets.token_hex(8)
        write = partial(_put, app=app, name=name, expected=expected, by=by)
        return await self._engine.write(partial(write, value=value, expires_s=expires_s))

    async def delete(self, app: str, name: str) -> None:
        """Remove a value."""
        await self._engine.write(lambda tx: tx.run(_DELETE, of_app=app, of_name=name))


def _put(
    tx: Tx,
    *,
    app: str,
    name: str,
    value: str,
    expires_s: float | None,
    expected: int | None,
    by: str,
) -> int | None:
    new = {"of_app": app, "of_name": name, "new": value, "seconds": expires_s, "by": by}
    held = tx.row(_HOLD, of_app=app, of_name=name)
    if held is None:
        if expected not in (None, 0):
            return None
        tx.run(_PURGE, of_app=app, most=PURGED_AT_ONCE)
        count = tx.row(_COUNT, of_app=app)
        if count is not None and count[0] >= NAMES_MAX:
            raise LimitError("the shared values of the app", f"{NAMES_MAX:,} names")
        added = tx.row(_ADD, **new)
        if added is not None:
            return int(added[0])
        held = tx.row(_HOLD, of_app=app, of_name=name)  # another process was quicker
        if held is None:
            return None
    version, writer, over = held
    if writer == by:
        return int(version)
    if expected is not None and expected != (0 if over else version):
        return None
    changed = tx.row(_CHANGE, **new)
    assert changed is not None, "the row is locked"
    return int(changed[0])
