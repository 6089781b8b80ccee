"""Usage: what each user and all users together have used, counted by all processes of an app.

Counts are added to rows that each cover a step of time. A row of 10 seconds counts the prompts of a
user, for limits by the minute; a row of an hour counts everything, for limits by the day. A limit
holds for every minute and every 24 hours: a row counts in full until its whole step is that old. So
a user reads at most 7 rows of the first kind and 25 of the second, however much they use.

The counts of all users together are spread over `SHARDS` rows an hour, of which each transaction
takes one by chance. In a single row, every prompt of the service would wait for the commit of the
prompt before it, since a transaction keeps the lock of a row that it has changed until its end.
For the same reason these rows are written last in a transaction. A prompt reads the sums of the
committed rows; of the prompts that other users send in the same moment, as many may pass as there
are transactions at work, which is at most the number of connections. A user's own prompts are
serialised, by the lock of the user's row (`lock_user`), so that their limits are exact.

The time is the database's on PostgreSQL, and the store's clock on SQLite, where only one process
writes. `statement_timestamp()` is the same for all rows that a statement reads, so that the index
is used.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql

from swell.chat.records import Limits, Used
from swell.errors import NotFoundError

from .engines.base import Tx
from .statements import ACTIVE
from .tables import files, runs, threads, usage, users

__all__ = [
    "DAY_S",
    "KEEP_S",
    "MICROS",
    "SHARDS",
    "Allowance",
    "OverBudgetError",
    "Spent",
]

STEP_S, HOUR_S = 10, 3_600
MINUTE_S, DAY_S = 60, 86_400

MICROS = 1_000_000
"""Money is counted in millionths of the currency."""

SHARDS = 16
"""Rows of an hour over which the counts of all users together are spread."""

KEEP_S = 2 * DAY_S
"""Least time for which hours are kept, in seconds: limits by the day need them."""

_ALL = ""  # subject of the rows of all users together


class Allowance(msgspec.Struct, frozen=True):
    """What a prompt may still use.

    Attributes:
        mine: Limits of the user.
        total: Limits of all users together.
        active: Answers of the user that wait or are being made, in all processes; 0 means no limit.
    """

    mine: Limits = Limits()
    total: Limits = Limits()
    active: int = 0


class Spent(NamedTuple):
    """What an answer has used.

    Attributes:
        tokens: Tokens, as models count them.
        micros: Millionths of the currency.
    """

    tokens: int = 0
    micros: int = 0

    def __bool__(self) -> bool:
        return bool(self.tokens or self.micros)


class OverBudgetError(Exception):
    """A limit is reached; nothing was stored.

    Attributes:
        limit: Field of `Limits`, or `active`.
        total: Whether it is a limit of all users together.
        wait_s: After how many seconds there is room again; None if waiting does not help.
        most: The limit.
    """

    def __init__(self, limit: str, *, total: bool, wait_s: int | None, most: float) -> None:
        super().__init__(limit, total, wait_s, most)
        self.limit, self.total, self.wait_s, self.most = limit, total, wait_s, most


# ---------------------------------------------------------------------------------------- writing

_NOW: dict[str, ColumnElement[int]] = {
    "postgresql": literal_column(
        "CAST(floor(extract(epoch FROM statement_timestamp())) AS BIGINT)", BigInteger
    ),
    "sqlite": bindparam("time", type_=BigInteger),
}
_COUNTS = ("prompts", "attachments", "tokens", "micros")
_SUBJECT = bindparam("subject", type_=String)
_OF_USER = (
    select(users.c.subject).where(users.c.id == bindparam("user", type_=String)).scalar_subquery()
)


def _adding(now: ColumnElement[int], subject: ColumnElement[Any], steps: Sequence[int]) -> Insert:
    """Return the statement that adds counts to the rows of a user, then to one of all users."""

    def row(subject: ColumnElement[Any], step: int, shard: ColumnElement[Any]) -> Select[Any]:
        return select(
            bindparam("app", type_=Text),
            subject,
            literal(step, Integer),
            now - now % literal(step, BigInteger),
            shard,
            *(bindparam(name, type_=BigInteger) for name in _COUNTS),
        ).where(true())

    rows = [row(subject, step, literal(0, Integer)) for step in steps]
    rows.append(row(literal(_ALL, Text), HOUR_S, bindparam("shard", type_=Integer)))
    columns = ["app", "subject", "step", "start", "shard", *_COUNTS]
    # `SELECT * ... WHERE` around it, since SQLite would read ON CONFLICT as a part of the union.
    together = union_all(*rows).subquery()
    insert = postgresql.insert(usage).from_select(columns, select(together).where(true()))
    return insert.on_conflict_do_update(
        index_elements=["app", "subject", "step", "start", "shard"],
        set_={name: usage.c[name] + insert.excluded[name] for name in _COUNTS},
    )


_PROMPT = {name: _adding(now, _OF_USER, (STEP_S, HOUR_S)) for name, now in _NOW.items()}
_SPEND = {name: _adding(now, _OF_USER, (HOUR_S,)) for name, now in _NOW.items()}
_REQUEST = {name: _adding(now, _SUBJECT, (STEP_S, HOUR_S)) for name, now in _NOW.items()}
_SPEND_BY = {name: _adding(now, _SUBJECT, (HOUR_S,)) for name, now in _NOW.items()}


def count_prompt(tx: Tx, app: str, user_id: str, attachments: int) -> None:
    """Count a prompt of a stored user; the last write of its transaction."""
    _add(tx, _PROMPT, app, user=user_id, prompts=1, attachments=attachments)


def spend(tx: Tx, app: str, user_id: str, spent: Spent) -> None:
    """Count what an answer for a stored user has used; the last write of its transaction."""
    _add(tx, _SPEND, app, user=user_id, tokens=spent.tokens, micros=spent.micros)


def spend_by(tx: Tx, app: str, subject: str, spent: Spent) -> None:
    """Count what an answer has used, for a subject that need not be stored."""
    _add(tx, _SPEND_BY, app, subject=subject, tokens=spent.tokens, micros=spent.micros)


def _add(tx: Tx, statements: dict[str, Insert], app: str, **values: Any) -> None:
    counts = {name: values.pop(name, 0) for name in _COUNTS}
    shard = random.randrange(SHARDS)  # noqa: S311 - it is no secret
    tx.run(statements[tx.dialect], app=app, shard=shard, time=int(tx.time), **counts, **values)


# ---------------------------------------------------------------------------------------- reading


_ACTIVE_RUNS = (
    select(func.count())
    .select_from(runs)
    .join(threads, threads.c.id == runs.c.thread_id)
    .where(ACTIVE, threads.c.user_id == bindparam("user", type_=String))
)


def _reading(
    now: ColumnElement[int], subject: ColumnElement[Any], active: ColumnElement[int]
) -> Select[Any]:
    """Return the statement that reads the rows of a user that count.

    They come with a row of the step 0, which has the time and the number of active runs, so that
    a prompt needs one statement for all of it.
    """

    def rows(step: int, window: int) -> Select[Any]:
        return (
            select(
                usage.c.step,
                usage.c.start,
                *(cast(func.sum(usage.c[name]), BigInteger) for name in _COUNTS),
            )
            .where(
                usage.c.app == bindparam("app", type_=Text),
                usage.c.subject == subject,
                usage.c.step == literal(step, Integer),
                usage.c.start > now - literal(window + step, BigInteger),
            )
            .group_by(usage.c.step, usage.c.start)
        )

    zero = [literal(0, BigInteger) for _ in _COUNTS[1:]]
    time = select(literal(0, Integer).label("step"), now, active, *zero)
    return union_all(time, rows(STEP_S, MINUTE_S), rows(HOUR_S, DAY_S))  # type: ignore[return-value]


_ACTIVE_OF_USER = cast(_ACTIVE_RUNS.scalar_subquery(), BigInteger)
_USED = {name: _reading(now, _OF_USER, _ACTIVE_OF_USER) for name, now in _NOW.items()}
_USED_BY = {name: _reading(now, _SUBJECT, literal(0, BigInteger)) for name, now in _NOW.items()}
_PROMPTS_OF_ALL = {
    name: select(usage.c.step, usage.c.start, cast(func.sum(usage.c.prompts), BigInteger))
    .where(
        usage.c.step == literal(STEP_S, Integer),
        usage.c.start > now - literal(MINUTE_S + STEP_S, BigInteger),
        usage.c.app == bindparam("app", type_=Text),
    )
    .group_by(usage.c.step, usage.c.start)
    for name, now in _NOW.items()
}
_STORED = select(cast(func.coalesce(func.sum(files.c.size), 0), BigInteger)).where(
    files.c.user_id == bindparam("user", type_=String)
)
_STORED_BY_ALL = (
    select(cast(func.coalesce(func.sum(files.c.size), 0), BigInteger))
    .join(users, users.c.id == files.c.user_id)
    .where(users.c.app == bindparam("app", type_=Text))
)


class _Steps:
    """The rows that count for one subject.

    Args:
        now: The time, in whole seconds since the epoch.
        rows: Step, start and counts of each row.
        active: Runs of the user that wait or are running.
    """

    def __init__(self, now: int, rows: Iterable[Sequence[Any]], active: int = 0) -> None:
        self.now, self.active = now, active
        self._rows = sorted((int(row[0]), int(row[1]), *map(int, row[2:])) for row in rows)

    def sum(self, step: int, column: int) -> int:
        """Return what the rows of one step count together."""
        return sum(row[2 + column] for row in self._rows if row[0] == step)

    def refuse(self, limits: Limits, prompts: int, attachments: int | None, *, total: bool) -> None:
        """Raise `OverBudgetError` if a limit does not allow so many more.

        Args:
            limits: The limits.
            prompts: Prompts that are not counted yet.
            attachments: Attachments that are not counted yet; None if there are none at all.
            total: Whether these are limits of all users together.
        """
        money = round(limits.money_per_day * MICROS)
        # What an answer will use is not known: it may begin while anything is left.
        for name, most, step, window, column, more in (
            ("prompts_per_minute", limits.prompts_per_minute, STEP_S, MINUTE_S, 0, prompts),
            ("prompts_per_day", limits.prompts_per_day, HOUR_S, DAY_S, 0, prompts),
            ("attachments_per_day", limits.attachments_per_day, HOUR_S, DAY_S, 1, attachments),
            ("tokens_per_day", limits.tokens_per_day, HOUR_S, DAY_S, 2, 1),
            ("money_per_day", money, HOUR_S, DAY_S, 3, 1),
        ):
            if most and more is not None:
                over = self.sum(step, column) + more - most
                if over > 0:
                    wait = self._wait(step, window, column, over)
                    raise OverBudgetError(name, total=total, wait_s=wait, most=most)

    def _wait(self, step: int, window: int, column: int, over: int) -> int | None:
        """Return after how many seconds the oldest rows that hold so much count no more."""
        for row in self._rows:
            if row[0] == step:
                over -= row[2 + column]
                if over <= 0:
                    return max(1, row[1] + step + window - self.now)
        return None


def _steps(tx: Tx, statements: dict[str, Any], app: str, **who: str) -> _Steps:
    rows = tx.rows(statements[tx.dialect], app=app, time=int(tx.time), **who)
    now, active = next((int(row[1]), int(row[2])) for row in rows if not row[0])
    return _Steps(now, [row for row in rows if row[0]], active)


def _used(steps: _Steps, *, storage: int = 0, active: int = 0) -> Used:
    return Used(
        prompts_minute=steps.sum(STEP_S, 0),
        prompts_day=steps.sum(HOUR_S, 0),
        tokens_day=steps.sum(HOUR_S, 2),
        money_day=steps.sum(HOUR_S, 3) / MICROS,
        attachments_day=steps.sum(HOUR_S, 1),
        storage_bytes=storage,
        runs=active,
    )


def used(tx: Tx, app: str, user_id: str, subject: str) -> Used:
    """Return what a user has used, stored or not."""
    steps = _steps(tx, _USED_BY, app, subject=subject)
    return _used(steps, storage=_stored(tx, user_id), active=_active(tx, user_id))


def check_prompt(tx: Tx, app: str, user_id: str, allowance: Allowance, attachments: int) -> Used:
    """Return what a user will have used with one prompt more.

    Raises:
        OverBudgetError: If it is more than they, or all users together, may use.
    """
    steps = _steps(tx, _USED, app, user=user_id)
    active = steps.active
    steps.refuse(allowance.mine, 1, attachments or None, total=False)
    if allowance.active and active >= allowance.active:
        raise OverBudgetError("active", total=False, wait_s=None, most=allowance.active)
    _refuse_all(tx, app, allowance.total, 1, attachments or None)
    counted = _used(steps, active=active + 1)
    return msgspec.structs.replace(
        counted,
        prompts_minute=counted.prompts_minute + 1,
        prompts_day=counted.prompts_day + 1,
        attachments_day=counted.attachments_day + attachments,
    )


def take_request(tx: Tx, app: str, subject: str, allowance: Allowance, attachments: int) -> None:
    """Count a request for a subject that need not be stored.

    Raises:
        OverBudgetError: If it is more than they, or all users together, may use.
    """
    # Counted first: requests for the same subject wait for each other at the row, there being no
    # row of a user to lock.
    _add(tx, _REQUEST, app, subject=subject, prompts=1, attachments=attachments)
    steps = _steps(tx, _USED_BY, app, subject=subject)
    steps.refuse(allowance.mine, 0, 0 if attachments else None, total=False)
    _refuse_all(tx, app, allowance.total, 0, 0 if attachments else None)


def _refuse_all(tx: Tx, app: str, limits: Limits, prompts: int, attachments: int | None) -> None:
    if limits == Limits():
        return
    steps = _steps(tx, _USED_BY, app, subject=_ALL)
    by_day = msgspec.structs.replace(limits, prompts_per_minute=0)
    steps.refuse(by_day, prompts, attachments, total=True)
    if limits.prompts_per_minute:
        rows = tx.rows(_PROMPTS_OF_ALL[tx.dialect], app=app, time=int(tx.time))
        minute = Limits(prompts_per_minute=limits.prompts_per_minute)
        recent = _Steps(steps.now, [(*row, 0, 0, 0) for row in rows])
        recent.refuse(minute, prompts, None, total=True)


def _active(tx: Tx, user_id: str) -> int:
    row = tx.row(_ACTIVE_RUNS, user=user_id)
    return 0 if row is None else int(row[0])


def _stored(tx: Tx, user_id: str) -> int:
    row = tx.row(_STORED, user=user_id)
    return 0 if row is None else int(row[0])


def check_file(tx: Tx, app: str, user_id: str, allowance: Allowance, size: int) -> None:
    """Check that a file may be stored for a user.

    Raises:
        OverBudgetError: If it is more than they, or all users together, may store.
    """
    mine, total = allowance.mine.storage_bytes, allowance.total.storage_bytes
    if mine and _stored(tx, user_id) + size > mine:
        raise OverBudgetError("storage_bytes", total=False, wait_s=None, most=mine)
    if total:
        row = tx.row(_STORED_BY_ALL, app=app)
        if int(row[0] if row else 0) + size > total:
            raise OverBudgetError("storage_bytes", total=True, wait_s=None, most=total)


# --------------------------------------------------------------------------- runs of all processes

_LOCK_USER = (
    select(users.c.id)
    .where(users.c.id == bindparam("user", type_=String))
    .with_for_update(key_share=True)  # messages that refer to the user do not wait
)
_RUNNING = _ACTIVE_RUNS.where(runs.c.state == "running")
_WAITING_BEFORE = _ACTIVE_RUNS.where(runs.c.state == "accepted", runs.c.id < bindparam("run"))
_USER_OF_RUN = (
    select(threads.c.user_id)
    .join(runs, runs.c.thread_id == threads.c.id)
    .where(runs.c.id == bindparam("run"))
)
_LOCK_USER_OF_RUN = (
    select(users.c.id)
    .where(users.c.id == _USER_OF_RUN.scalar_subquery())
    .with_for_update(key_share=True)
)


def lock_user(tx: Tx, user_id: str) -> None:
    """Let further prompts of a user wait for the end of the transaction.

    Raises:
        NotFoundError: If there is no such user.
    """
    if tx.row(_LOCK_USER, user=user_id) is None:
        raise NotFoundError("user", user_id)


def has_room(tx: Tx, run_id: str, most: int) -> bool:
    """Return whether the user of a run has less than `most` running; locks the user."""
    row = tx.row(_LOCK_USER_OF_RUN, run=run_id)
    if row is None:
        raise NotFoundError("run", run_id)
    running = tx.row(_RUNNING, user=row[0])
    return running is None or int(running[0]) < most


def place(tx: Tx, run_id: str, most: int) -> int | None:
    """Return the place of a run among those of its user that wait; None if it has room."""
    row = tx.row(_USER_OF_RUN, run=run_id)
    if row is None:
        raise NotFoundError("run", run_id)
    running, before = (tx.row(s, user=row[0], run=run_id) for s in (_RUNNING, _WAITING_BEFORE))
    assert running is not None, "a count has a row"
    assert before is not None, "a count has a row"
    return None if int(running[0]) < most else int(before[0]) + 1


# ------------------------------------------------------------------------------------ old counts

_OLD = {
    name: delete(usage).where(
        usage.c.step == bindparam("step", type_=Integer),
        usage.c.start < now - bindparam("age", type_=BigInteger),
    )
    for name, now in _NOW.items()
}


def drop_old(tx: Tx, keep_s: float) -> None:
    """Remove hours that are older, and the rows of 10 seconds that count no more."""
    for step, age in ((STEP_S, DAY_S), (HOUR_S, max(int(keep_s), KEEP_S))):
        tx.run(_OLD[tx.dialect], step=step, age=age, time=int(tx.time))
