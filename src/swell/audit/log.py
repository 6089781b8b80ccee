"""Audit log: sign-ins, refusals, exports and changes of rights, in the table `audit`.

An entry is one row, written before `write` returns. When the database cannot store it, the whole
entry goes to the process's log at level `error`, and the user continues: a service does not stop
because its audit log cannot be written. What must not happen without an entry, such as a sign-in,
calls `record` in the transaction that stores it, so that both are stored or neither.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Select, bindparam, delete, insert, select

from swell.chat.store.engines.base import Engine, Tx
from swell.chat.store.ids import now
from swell.chat.store.retention import alone
from swell.chat.store.statements import clean
from swell.chat.store.tables import audit
from swell.errors import StoreUnavailableError
from swell.logs import logger
from swell.observe import metrics

from .events import EVENTS, AuditEvent, Detail

__all__ = ["AuditLog", "Entry", "record"]

_log = logger("swell.audit")

AT_ONCE = 500
"""How many entries are read, or purged, at a time."""

TEXT_MAX = 1000
"""Longest text of an entry, in code points; the rest is cut off."""

REFUSED_EACH_S = 60.0
"""A refusal that repeats is written once in this time; the next entry has the count."""

REFUSED_MAX = 1000
"""Most different refusals that are written in that time."""

_T = audit.c
_ADD = insert(audit).values(
    {column.name: bindparam(column.name) for column in _T if column.name != "n"}
)
_PAGE = (
    select(_T.n, _T.at, _T.event, _T.subject, _T.address, _T.object, _T.detail, _T.app)
    .where(_T.n > bindparam("after"), _T.at >= bindparam("since"), _T.at < bindparam("until"))
    .order_by(_T.n)
    .limit(bindparam("most"))
)
_OF_APP = _T.app.in_([bindparam("of_app"), ""])
_PAGE_OF_APP = _PAGE.where(_OF_APP)
_LATEST = (
    select(_T.n, _T.at, _T.event, _T.subject, _T.address, _T.object, _T.detail, _T.app)
    .where(_T.n < bindparam("before"))
    .order_by(_T.n.desc())
    .limit(bindparam("most"))
)
_LATEST_OF_APP = _LATEST.where(_OF_APP)
_OLD = select(_T.n).where(_T.at < bindparam("before")).limit(bindparam("most"))
_PURGE = delete(audit).where(_T.n.in_(_OLD))

_FAR = 1 << 62


class Entry(msgspec.Struct, frozen=True):
    """One entry of the audit log.

    Attributes:
        n: Its number, which grows.
        at: When it happened, in seconds since the epoch.
        event: What happened.
        subject: The user who did it; `browser:` and a name of the browser without sign-in.
        address: Network address of the user; empty for this machine, and for commands.
        object: What it was about, such as the id of a thread or the subject of another user.
        detail: More about it. Never content of messages, and never a secret.
        app: Name of the app.
    """

    n: int
    at: float
    event: str
    subject: str
    address: str
    object: str
    detail: dict[str, Detail]
    app: str


def record(
    tx: Tx,
    event: AuditEvent,
    subject: str = "",
    address: str = "",
    object: str = "",
    *,
    at: float,
    app: str = "",
    **detail: Detail,
) -> None:
    """Write an entry in the transaction that stores what the entry is about.

    Args:
        tx: The transaction.
        event: What happened.
        subject: The user who did it.
        address: Network address of the user.
        object: What it was about.
        at: When, in seconds since the epoch.
        app: Name of the app.
        **detail: More about it. Never content of messages, and never a secret.
    """
    tx.run(
        _ADD,
        at=at,
        event=event,
        subject=_cut(subject),
        address=_cut(address),
        object=_cut(object),
        detail=json.dumps({name: _cut(value) for name, value in detail.items()}),
        app=app,
    )


class AuditLog:
    """The audit log of one app, or of all apps of a database.

    Args:
        engine: The database, which is open.
        app: Name of the app that writes; it reads its entries and those of no app, such as
            sign-ins. Empty for what belongs to no app, and to read all.
        clock: Returns the time in seconds since the epoch; a test gives its own.
    """

    def __init__(self, engine: Engine, app: str = "", *, clock: Callable[[], float] = now) -> None:
        self._engine = engine
        self._app = app
        self._clock = clock
        self._repeats = _Repeats()
        metrics.audit_begun(EVENTS)

    async def write(
        self,
        event: AuditEvent,
        *,
        subject: str = "",
        address: str = "",
        object: str = "",
        **detail: Detail,
    ) -> bool:
        """Write an entry, and return whether it is stored.

        An entry that cannot be stored is logged whole as an error. A `refused` or `sign_in_failed`
        that repeats is counted and written once a minute, with `times` in its detail.

        Args:
            event: What happened.
            subject: The user who did it.
            address: Network address of the user.
            object: What it was about.
            **detail: More about it. Never content of messages, and never a secret.
        """
        if event in ("refused", "sign_in_failed"):
            times = self._repeats.count((subject, address, object, str(detail.get("reason"))))
            if not times:
                return False
            if times > 1:
                detail["times"] = times
        at, app = self._clock(), self._app

        def work(tx: Tx) -> None:
            record(tx, event, subject, address, object, at=at, app=app, **detail)

        try:
            await self._engine.write(work)
        except StoreUnavailableError as error:
            entry = Entry(0, at, event, subject, address, object, detail, app)
            said = msgspec.json.encode(entry).decode()
            _log.error("could not store an audit entry (%s): %s", error, said)
            metrics.audited(event, stored=False)
            return False
        metrics.audited(event, stored=True)
        return True

    async def page(
        self,
        *,
        after: int = 0,
        since: float | None = None,
        until: float | None = None,
        limit: int = AT_ONCE,
    ) -> list[Entry]:
        """Return a window of entries, oldest first.

        Args:
            after: Number of the last entry of the window before; 0 for the first.
            since: Only entries of this time or later, in seconds since the epoch.
            until: Only earlier entries.
            limit: Most that are returned.
        """
        given = {
            "after": after,
            "since": 0.0 if since is None else since,
            "until": float(_FAR) if until is None else until,
        }
        return await self._read(_PAGE_OF_APP if self._app else _PAGE, limit, given)

    async def latest(
        self,
        *,
        before: int | None = None,
        limit: int = 50,
        event: str | None = None,
        about: str | None = None,
    ) -> list[Entry]:
        """Return a window of entries, newest first.

        Args:
            before: Number of the last entry of the window before; None for the first.
            limit: Most that are returned.
            event: Only entries of this event.
            about: Only entries in which this is the user or the object.
        """
        given: dict[str, Any] = {"before": _FAR if before is None else before}
        found = _LATEST_OF_APP if self._app else _LATEST
        if event is not None:
            found, given["of_event"] = found.where(_T.event == bindparam("of_event")), event
        if about is not None:
            named: BindParameter[str] = bindparam("about")
            found = found.where((_T.subject == named) | (_T.object == named))
            given["about"] = about
        return await self._read(found, limit, given)

    async def entries(
        self, *, since: float | None = None, until: float | None = None
    ) -> AsyncIterator[Entry]:
        """Yield all entries of a time, oldest first; the arguments are as for `page`."""
        after = 0
        while found := await self.page(after=after, since=since, until=until):
            for entry in found:
                yield entry
            after = found[-1].n

    async def purge(self, keep_s: float) -> int:
        """Remove entries older than this many seconds, of all apps; return how many.

        Each call removes at most 500, so call until it returns 0. 0 seconds keeps all.
        """
        if not keep_s:
            return 0
        before = self._clock() - keep_s

        def remove(tx: Tx) -> int:
            return tx.run(_PURGE, before=before, most=AT_ONCE) if alone(tx) else 0

        return await self._engine.write(remove)

    async def _read(
        self, statement: Select[Any], limit: int, given: Mapping[str, Any]
    ) -> list[Entry]:
        of_app = {"of_app": self._app} if self._app else {}
        rows = await self._engine.read(lambda tx: tx.rows(statement, most=limit, **given, **of_app))
        return [_entry(*row) for row in rows]


def _entry(
    n: int, at: float, event: str, subject: str, address: str, object: str, detail: str, app: str
) -> Entry:
    return Entry(n, at, event, subject, address, object, json.loads(detail), app)


class _Repeats:
    """Counts refusals, so that a program that is refused all the time does not fill the log."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, ...], list[float]] = OrderedDict()

    def count(self, key: tuple[str, ...]) -> int:
        """Return how many refusals an entry stands for that is written now; 0 for no entry."""
        at = time.monotonic()
        known = self._seen.get(key)
        if known is not None and at < known[0]:
            known[1] += 1
            return 0
        kept_s = REFUSED_EACH_S if len(self._seen) < REFUSED_MAX else 0.0  # for their counts
        while self._seen and next(iter(self._seen.values()))[0] + kept_s <= at:
            self._seen.popitem(last=False)
        if known is None and len(self._seen) >= REFUSED_MAX:
            return 0
        self._seen[key] = [at + REFUSED_EACH_S, 0]
        self._seen.move_to_end(key)
        return 1 + (int(known[1]) if known is not None else 0)


def _cut(value: Detail) -> Any:
    return clean(value)[:TEXT_MAX] if isinstance(value, str) else value
