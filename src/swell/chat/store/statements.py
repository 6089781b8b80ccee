"""Helpers of the modules with statements: short spellings, and records made from rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Insert, Table, bindparam, literal_column, select
from sqlalchemy.dialects import postgresql

from swell.chat.records import Message, Run, Thread
from swell.errors import NotFoundError
from swell.parts import Part, Text

from .engines.base import Row, Tx
from .tables import messages, runs, threads, users

ACTIVE: ColumnElement[bool] = literal_column("runs.state IN ('accepted', 'running')")
"""As the index of active runs has it: a bound value would not use that."""

_SHARED_UNTIL: ColumnElement[float] = literal_column(
    "(SELECT max(coalesce(shares.expires, 1e300)) FROM shares WHERE shares.thread_id = threads.id)"
)
"""When the last link of a thread expires, far away for never; NULL without any. As text, because
the statements of `search` are."""

_IS_ACTIVE: ColumnElement[bool] = literal_column(
    "EXISTS (SELECT 1 FROM runs WHERE runs.thread_id = threads.id"
    " AND runs.state IN ('accepted', 'running'))"
)

THREAD = (
    threads.c.id,
    threads.c.user_id,
    threads.c.title,
    threads.c.created,
    threads.c.updated,
    threads.c.pinned,
    threads.c.archived,
    threads.c.leaf_id,
    _SHARED_UNTIL,
    _IS_ACTIVE,
)
MESSAGE = (
    messages.c.id,
    messages.c.thread_id,
    messages.c.parent_id,
    messages.c.role,
    messages.c.status,
    messages.c.created,
    messages.c.model,
    messages.c.usage,
    messages.c.error,
    messages.c.error_code,
    messages.c.error_id,
    messages.c.suggestions,
)
RUN = (
    runs.c.id,
    runs.c.thread_id,
    runs.c.prompt_id,
    runs.c.answer_id,
    runs.c.action_id,
    runs.c.state,
    runs.c.settings,
    runs.c.created,
    runs.c.started,
    runs.c.ended,
    runs.c.locale,
    runs.c.owner,
    runs.c.fence,
    runs.c.number,
    runs.c.roles,
)

_JSON = msgspec.json.Decoder()
_ENCODER = msgspec.json.Encoder()


def inserting(table: Table, *, ignore: bool = False) -> Insert:
    """Return an insert of all columns, each bound under its name.

    Args:
        table: The table.
        ignore: Do nothing if the row exists.
    """
    # The same in both dialects; this class supports `ON CONFLICT`.
    statement = postgresql.insert(table).values(
        {column.name: bindparam(column.name) for column in table.c if column.name != "n"}
    )
    return statement.on_conflict_do_nothing() if ignore else statement


def to_json(value: object) -> str:
    """Write a value as the store keeps it."""
    return _ENCODER.encode(value).decode()


def from_json(text: str | None) -> Any:
    """Read it back."""
    return None if text is None else _JSON.decode(text)


def encode_parts(parts: Sequence[Part]) -> list[tuple[str, str]]:
    """Return type and body of each part.

    Raises:
        TypeError: If a part holds what JSON cannot.
    """
    return [(str(part.__struct_config__.tag), to_json(part)) for part in parts]


TEXT_TAG = str(Text.__struct_config__.tag)


def thread_of(tx: Tx, row: Sequence[Any]) -> Thread:
    """Return a thread from the columns `THREAD`, which may be followed by others.

    It is as at the time of the transaction.
    """
    columns = row[: len(THREAD)]
    identity, user, title, created, updated, pinned, archived, leaf, until, active = columns
    return Thread(
        identity,
        user,
        title,
        created,
        updated,
        bool(pinned),
        bool(archived),
        leaf,
        until is not None and until > tx.time,
        bool(active),
    )


def run_of(row: Sequence[Any]) -> Run:
    """Return a run from the columns `RUN`."""
    identity, thread, prompt, answer, action, state, settings, created, *rest = row
    started, ended, locale, owner, fence, number, roles = rest
    return Run(
        identity,
        thread,
        prompt,
        answer,
        action,
        state,
        from_json(settings),
        created,
        started,
        ended,
        locale or "en",
        owner,
        fence,
        number,
        tuple(from_json(roles)) if roles else (),
    )


def message_of(row: Sequence[Any], parts: list[Part], siblings: tuple[int, int]) -> Message:
    """Return a message from the columns `MESSAGE`."""
    identity, thread, parent, role, status, created, model, usage, *ending = row
    error, code, error_id, after = ending
    return Message(
        identity,
        thread,
        parent,
        role,
        parts,
        status,
        created,
        model,
        from_json(usage),
        error,
        code,
        error_id,
        tuple(from_json(after) or ()),
        siblings,
    )


_OWN_THREAD = select(*THREAD, threads.c.n).where(
    threads.c.id == bindparam("thread"),
    threads.c.user_id == bindparam("user"),
    threads.c.deleted.is_(None),
)
_OWN_THREAD_LOCKED = _OWN_THREAD.with_for_update()
_USER = select(users.c.id).where(users.c.id == bindparam("user"))


def own_thread(tx: Tx, user_id: str, thread_id: str, *, lock: bool = False) -> Row:
    """Return the columns `THREAD` and the number of a user's thread.

    Raises:
        NotFoundError: If it is missing, deleted, or another user's.
    """
    statement = _OWN_THREAD_LOCKED if lock else _OWN_THREAD
    row = tx.row(statement, thread=thread_id, user=user_id)
    if row is None:
        raise NotFoundError("thread", thread_id)
    return row


def known_user(tx: Tx, user_id: str) -> None:
    """Raise `NotFoundError` when there is no such user."""
    if tx.row(_USER, user=user_id) is None:
        raise NotFoundError("user", user_id)


def clean(text: str) -> str:
    """Remove the characters that a database refuses: NUL, and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()
