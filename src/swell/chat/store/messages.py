"""Messages: windows of a branch, siblings, parts, feedback.

A thread is a tree. A branch is walked from its last message upwards, one look-up by key for each
message of the window, so a window costs the same in a thread of 10 and of 10,000 messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    Double,
    Integer,
    Select,
    String,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql

from swell.chat.records import Feedback, Message, RatedAnswer, Thread
from swell.errors import NotFoundError
from swell.parts.base import decoded

from . import files, search
from .engines.base import Row, Tx
from .statements import (
    MESSAGE,
    TEXT_TAG,
    inserting,
    message_of,
    own_thread,
    thread_of,
)
from .tables import feedback, messages, parts, threads, users

T = TypeVar("T")

WINDOW_MAX = 10_000
"""Most messages in a window."""

# ---------------------------------------------------------------------------------------- windows

_other = messages.alias("other")


def _count(*further: object) -> object:
    """Count siblings by the index that fits: roots by thread, others by parent."""
    roots = (
        select(func.count())
        .select_from(_other)
        .where(
            _other.c.thread_id == messages.c.thread_id,
            _other.c.depth == 0,
            _other.c.deleted.is_(None),
            *further,  # type: ignore[arg-type]
        )
        .scalar_subquery()
    )
    others = (
        select(func.count())
        .select_from(_other)
        .where(
            _other.c.parent_id == messages.c.parent_id,
            _other.c.deleted.is_(None),
            *further,  # type: ignore[arg-type]
        )
        .scalar_subquery()
    )
    return case((messages.c.parent_id.is_(None), roots), else_=others)


_SHOWN = (
    *MESSAGE,
    _count(_other.c.id <= messages.c.id),
    _count(),
    parts.c.body,
)
_WIDTH, _BODY = len(MESSAGE), len(MESSAGE) + 2


def _walk() -> Select[*tuple[Any, ...]]:
    """From the message `leaf` upwards, at most `most` messages and not above depth `low`."""
    path = (
        select(
            messages.c.id,
            messages.c.parent_id,
            messages.c.depth,
            literal(1, Integer).label("hops"),
        )
        .where(
            messages.c.id == bindparam("leaf"),
            messages.c.thread_id == bindparam("thread"),
            messages.c.deleted.is_(None),
        )
        .cte("path", recursive=True)
    )
    above = messages.alias("above")
    path = path.union_all(
        select(above.c.id, above.c.parent_id, above.c.depth, path.c.hops + 1).where(
            above.c.id == path.c.parent_id,
            path.c.hops < bindparam("most", type_=Integer),
            path.c.depth > bindparam("low", type_=Integer),
        )
    )
    found: Select[*tuple[Any, ...]] = (
        select(*_SHOWN)  # type: ignore[call-overload]
        .select_from(path)
        .join(messages, messages.c.id == path.c.id)
        .outerjoin(parts, parts.c.message_id == messages.c.id)
        .where(path.c.depth <= bindparam("high", type_=Integer))
        .order_by(messages.c.depth, parts.c.position)
    )
    return found


_WINDOW = _walk()
_DEEP = 2**31 - 1
_LEAF = select(threads.c.leaf_id).where(threads.c.id == bindparam("thread"))
_PLACE = select(messages.c.depth, messages.c.parent_id).where(
    messages.c.id == bindparam("message"),
    messages.c.thread_id == bindparam("thread"),
    messages.c.deleted.is_(None),
)
_ONE = (
    select(*_SHOWN, threads.c.user_id)  # type: ignore[call-overload]
    .select_from(messages)
    .join(threads, threads.c.id == messages.c.thread_id)
    .outerjoin(parts, parts.c.message_id == messages.c.id)
    .where(
        messages.c.id == bindparam("message"),
        messages.c.deleted.is_(None),
        threads.c.deleted.is_(None),
    )
    .order_by(parts.c.position)
)


def _together(rows: Iterable[Row]) -> list[Message]:
    """Make messages of rows that hold one part each."""
    found: list[Message] = []
    for row in rows:
        if not found or found[-1].id != row[0]:
            found.append(message_of(row[:_WIDTH], [], (row[_WIDTH], row[_WIDTH + 1])))
        if row[_BODY] is not None:
            found[-1].parts.append(decoded(row[_BODY]))
    return found


def window(
    tx: Tx,
    thread_id: str,
    *,
    leaf: str | None,
    before: str | None = None,
    around: str | None = None,
    start: str | None = None,
    limit: int,
) -> list[Message]:
    """Return a window of a branch, oldest first."""
    if not 1 <= limit <= WINDOW_MAX:
        raise ValueError(f"limit must be 1 to {WINDOW_MAX}, got {limit}")
    if leaf is None:
        row = tx.row(_LEAF, thread=thread_id)
        if row is None:
            raise NotFoundError("thread", thread_id)
        leaf = row[0]
    else:
        _place(tx, thread_id, leaf)
    if before is not None:
        leaf = _place(tx, thread_id, before)[1]
    if leaf is None:
        return []
    named = around or start
    if named is None:
        rows = tx.rows(_WINDOW, leaf=leaf, thread=thread_id, most=limit, low=0, high=_DEEP)
        return _together(rows)
    low = _place(tx, thread_id, named)[0]
    if around is not None:
        last = _place(tx, thread_id, leaf)[0]
        low = max(0, min(low - limit // 2, last - limit + 1))
    values = {"leaf": leaf, "thread": thread_id, "most": _DEEP, "low": low}
    found = _together(tx.rows(_WINDOW, **values, high=low + limit - 1))
    if all(message.id != named for message in found):
        raise NotFoundError("message of this branch", named)
    return found


def _place(tx: Tx, thread_id: str, message_id: str) -> tuple[int, str | None]:
    row = tx.row(_PLACE, message=message_id, thread=thread_id)
    if row is None:
        raise NotFoundError("message", message_id)
    return row[0], row[1]


def get(tx: Tx, user_id: str, message_id: str) -> Message:
    """Return one message of a user."""
    rows = tx.rows(_ONE, message=message_id)
    if not rows or rows[0][_BODY + 1] != user_id:
        raise NotFoundError("message", message_id)
    return _together(rows)[0]


# ------------------------------------------------------------------------------ adding and parts

_ADD = inserting(messages)
_DEPTH = select(messages.c.depth).where(messages.c.id == bindparam("message"))
_parts_insert = postgresql.insert(parts).values(
    {column.name: bindparam(column.name) for column in parts.c if column.name != "n"}
)
_PUT_PART = _parts_insert.on_conflict_do_update(
    index_elements=["message_id", "position"],
    set_={name: _parts_insert.excluded[name] for name in ("type", "body", "indexed")},
)
_DROP_PARTS = delete(parts).where(
    parts.c.message_id == bindparam("message"), parts.c.position >= bindparam("from_position")
)
_TEXTS = select(parts.c.n, parts.c.body).where(
    parts.c.message_id == bindparam("message"), parts.c.type == TEXT_TAG, parts.c.indexed == 0
)
_NOTE_INDEXED = (
    update(parts)
    .where(parts.c.message_id == bindparam("message"), parts.c.type == TEXT_TAG)
    .values(indexed=1)
)


def add(
    tx: Tx,
    *,
    id: str,
    thread_id: str,
    parent_id: str | None,
    role: str,
    status: str,
    created: float,
    model: str | None = None,
    usage: str | None = None,
    error: str | None = None,
    error_code: str | None = None,
    error_id: str | None = None,
    suggestions: str | None = None,
) -> None:
    """Add a message without parts below its parent, which must be of the same thread."""
    depth = 0
    if parent_id is not None:
        row = tx.row(_DEPTH, message=parent_id)
        assert row is not None, "the caller has found the parent"
        depth = row[0] + 1
    tx.run(
        _ADD,
        id=id,
        thread_id=thread_id,
        parent_id=parent_id,
        depth=depth,
        role=role,
        status=status,
        created=created,
        model=model,
        usage=usage,
        error=error,
        deleted=None,
        error_code=error_code,
        error_id=error_id,
        suggestions=suggestions,
    )


def put_parts(
    tx: Tx, message_id: str, new: Sequence[tuple[str, str]], old: Sequence[tuple[str, str]]
) -> None:
    """Write the parts of a message that are not as they were, given as type and body."""
    for position, (kind, body) in enumerate(new):
        if position >= len(old) or old[position] != (kind, body):
            tx.run(
                _PUT_PART,
                message_id=message_id,
                position=position,
                type=kind,
                body=body,
                indexed=0,
            )
            files.use(tx, message_id, body)
    if len(old) > len(new):
        drop_parts(tx, message_id, len(new))


def drop_parts(tx: Tx, message_id: str, first: int) -> None:
    """Remove the parts of a message from a position on."""
    tx.run(_DROP_PARTS, message=message_id, from_position=first)


def index(tx: Tx, user_id: str, thread_id: str, message_id: str) -> None:
    """Let a message be found that will not change any more."""
    found = [(row[0], row[1]) for row in tx.rows(_TEXTS, message=message_id)]
    if found:
        search.index_parts(tx, user_id, thread_id, found)
        tx.run(_NOTE_INDEXED, message=message_id)


# --------------------------------------------------------------------------------------- branches

_below_start = (
    select(messages.c.id).where(messages.c.id == bindparam("message")).cte("below", recursive=True)
)
_child = messages.alias("child")
_below = _below_start.union_all(
    select(_child.c.id).where(_child.c.parent_id == _below_start.c.id, _child.c.deleted.is_(None))
)
_grand = messages.alias("grand")
_NEWEST_LEAF = (
    select(_below.c.id)
    .where(~exists().where(_grand.c.parent_id == _below.c.id, _grand.c.deleted.is_(None)))
    .order_by(_below.c.id.desc())
    .limit(literal(1, Integer))
)
_SET_LEAF = (
    update(threads).where(threads.c.id == bindparam("thread")).values(leaf_id=bindparam("leaf"))
)
_CHILDREN = (
    select(messages.c.id)
    .where(messages.c.parent_id == bindparam("parent"), messages.c.deleted.is_(None))
    .order_by(messages.c.id)
)
_ROOTS = (
    select(messages.c.id)
    .where(
        messages.c.thread_id == bindparam("thread"),
        messages.c.depth == 0,
        messages.c.deleted.is_(None),
    )
    .order_by(messages.c.id)
)
_WHOSE = (
    select(
        messages.c.thread_id,
        messages.c.parent_id,
        messages.c.deleted,
        messages.c.role,
        messages.c.depth,
    )
    .join(threads, threads.c.id == messages.c.thread_id)
    .where(
        messages.c.id == bindparam("message"),
        threads.c.user_id == bindparam("user"),
        threads.c.deleted.is_(None),
    )
)
_HIDE = (
    update(messages).where(messages.c.id.in_(select(_below.c.id))).values(deleted=bindparam("time"))
)
_ON_PATH_START = (
    select(messages.c.id, messages.c.parent_id, messages.c.depth)
    .where(messages.c.id == bindparam("leaf"))
    .cte("up", recursive=True)
)
_upper = messages.alias("upper")
_up = _ON_PATH_START.union_all(
    select(_upper.c.id, _upper.c.parent_id, _upper.c.depth).where(
        _upper.c.id == _ON_PATH_START.c.parent_id,
        _ON_PATH_START.c.depth > bindparam("low", type_=Integer),
    )
)
_IS_ON_PATH = select(_up.c.id).where(_up.c.id == bindparam("message"))
_hidden_start = (
    select(messages.c.id, messages.c.deleted)
    .where(messages.c.id == bindparam("message"))
    .cte("hidden", recursive=True)
)
_hidden_child = messages.alias("hidden_child")
_hidden = _hidden_start.union_all(
    select(_hidden_child.c.id, _hidden_child.c.deleted).where(
        _hidden_child.c.parent_id == _hidden_start.c.id,
        _hidden_child.c.deleted == _hidden_start.c.deleted,
    )
)
_UNHIDE = update(messages).where(messages.c.id.in_(select(_hidden.c.id))).values(deleted=null())


def whose(tx: Tx, user_id: str, message_id: str) -> Row:
    """Return thread, parent, time of deletion, role and depth of a user's message."""
    row = tx.row(_WHOSE, message=message_id, user=user_id)
    if row is None or row[2] is not None:
        raise NotFoundError("message", message_id)
    return row


def newest_leaf(tx: Tx, message_id: str) -> str:
    """Return the newest message below one that has none below itself."""
    row = tx.row(_NEWEST_LEAF, message=message_id)
    return message_id if row is None else str(row[0])


def show(tx: Tx, thread_id: str, leaf: str | None) -> None:
    """Let a thread show the branch that ends with this message."""
    tx.run(_SET_LEAF, thread=thread_id, leaf=leaf)


def select_branch(tx: Tx, user_id: str, thread_id: str, message_id: str) -> Thread:
    """Show the branch of a message."""
    own_thread(tx, user_id, thread_id, lock=True)
    if whose(tx, user_id, message_id)[0] != thread_id:
        raise NotFoundError("message", message_id)
    show(tx, thread_id, newest_leaf(tx, message_id))
    return thread_of(tx, own_thread(tx, user_id, thread_id))


def _siblings(tx: Tx, thread_id: str, parent_id: str | None) -> list[str]:
    if parent_id is None:
        return [row[0] for row in tx.rows(_ROOTS, thread=thread_id)]
    return [row[0] for row in tx.rows(_CHILDREN, parent=parent_id)]


def sibling(tx: Tx, user_id: str, message_id: str, step: int) -> str:
    """Return the sibling some steps further on, at most the first or last."""
    thread_id, parent_id, *_ = whose(tx, user_id, message_id)
    among = _siblings(tx, thread_id, parent_id)
    return among[max(0, min(len(among) - 1, among.index(message_id) + step))]


def remove(tx: Tx, user_id: str, message_id: str, time: float) -> Thread:
    """Hide a message and the messages below it."""
    done = tx.row(_WHOSE, message=message_id, user=user_id)
    if done is not None and done[2] == time:  # already, when that got lost on the way
        return thread_of(tx, own_thread(tx, user_id, done[0]))
    thread_id, parent_id, _, _, depth = whose(tx, user_id, message_id)
    leaf = thread_of(tx, own_thread(tx, user_id, thread_id, lock=True)).leaf_id
    shown = leaf is not None and tx.row(_IS_ON_PATH, leaf=leaf, low=depth, message=message_id)
    tx.run(_HIDE, message=message_id, time=time)
    if shown:
        left = _siblings(tx, thread_id, parent_id)
        show(tx, thread_id, newest_leaf(tx, left[-1]) if left else parent_id)
    return thread_of(tx, own_thread(tx, user_id, thread_id))


def restore(tx: Tx, user_id: str, message_id: str) -> Thread:
    """Restore a hidden message, with the messages hidden together with it."""
    row = tx.row(_WHOSE, message=message_id, user=user_id)
    if row is None:
        raise NotFoundError("message", message_id)
    thread_id, parent_id, *_ = row
    if parent_id is not None:
        whose(tx, user_id, parent_id)
    own_thread(tx, user_id, thread_id, lock=True)
    if row[2] is not None:
        tx.run(_UNHIDE, message=message_id)
    return select_branch(tx, user_id, thread_id, message_id)


# --------------------------------------------------------------------------------------- feedback

_feedback_insert = postgresql.insert(feedback).values(
    {column.name: bindparam(column.name) for column in feedback.c}
)
_RATE = _feedback_insert.on_conflict_do_update(
    index_elements=["message_id", "user_id"],
    set_={name: _feedback_insert.excluded[name] for name in ("positive", "comment", "created")},
)
_UNRATE = delete(feedback).where(
    feedback.c.message_id == bindparam("message"), feedback.c.user_id == bindparam("user")
)
_FEEDBACK_KEY = tuple_(feedback.c.created, feedback.c.message_id, feedback.c.user_id)
_FEEDBACK = (
    select(
        feedback.c.message_id,
        feedback.c.user_id,
        feedback.c.positive,
        feedback.c.comment,
        feedback.c.created,
    )
    .where(
        tuple_(
            bindparam("since", type_=Double),
            bindparam("message", type_=String),
            bindparam("user", type_=String),
        )
        < _FEEDBACK_KEY
    )
    .order_by(feedback.c.created, feedback.c.message_id, feedback.c.user_id)
    .limit(bindparam("most"))
)
_FEEDBACK_OF_APP = _FEEDBACK.join(users, users.c.id == feedback.c.user_id).where(
    users.c.app == bindparam("app")
)


_SUBJECT = select(users.c.subject).where(users.c.id == bindparam("user"))


def rate(
    tx: Tx,
    user_id: str,
    message_id: str,
    positive: bool | None,
    comment: str | None,
    time: float,
) -> None:
    """Store or remove a user's rating of an answer."""
    whose(tx, user_id, message_id)
    if positive is None:
        tx.run(_UNRATE, message=message_id, user=user_id)
        return
    tx.run(
        _RATE,
        message_id=message_id,
        user_id=user_id,
        positive=int(positive),
        comment=comment,
        created=time,
    )


def rated(
    tx: Tx,
    app: str,
    after: tuple[float, str, str],
    limit: int,
    do: Callable[[Tx, list[Feedback]], list[T]],
) -> tuple[list[T], tuple[float, str, str] | None]:
    """Return feedback after a place in the order of its time, completed, and the next place."""
    since, message, user = after
    values = {"since": since, "message": message, "user": user, "most": limit}
    rows = tx.rows(_FEEDBACK_OF_APP, **values, app=app) if app else tx.rows(_FEEDBACK, **values)
    found = [Feedback(row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows]
    last = (found[-1].created, found[-1].message_id, found[-1].user_id) if found else None
    return do(tx, found), last if len(found) == limit else None


def with_answers(tx: Tx, found: list[Feedback]) -> list[RatedAnswer]:
    """Return feedback with its prompt and answer, without deleted messages."""
    answers: list[RatedAnswer] = []
    for one in found:
        subject = tx.row(_SUBJECT, user=one.user_id)
        rows = tx.rows(_ONE, message=one.message_id)
        if subject is None or not rows:
            continue
        answer = _together(rows)[0]
        above = tx.rows(_ONE, message=answer.parent_id) if answer.parent_id else []
        prompt = _together(above)[0].text if above else ""
        answers.append(
            RatedAnswer(
                one.message_id,
                answer.thread_id,
                subject[0],
                one.positive,
                one.comment,
                one.created,
                answer.model,
                prompt,
                answer.text,
            )
        )
    return answers
