"""Files that users gave: their notes, which messages refer to them, and when one can go.

A message that refers to a file keeps it, until its own row is purged: hidden ones can be brought
back. The removal of an unused file locks its row against transactions that are about
to refer to it, so either the new message is seen, or it finds no file to keep.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, exists, null, select, update
from sqlalchemy.dialects import postgresql

from swell.chat.records import SCHEME, StoredFile
from swell.errors import NotFoundError

from .engines.base import Tx
from .statements import inserting, known_user
from .tables import file_uses, files, leftovers, messages, threads, users
from .usage import Allowance, check_file, lock_user

UNUSED_S = 86_400.0
"""How long a file that was just given waits for its message, in seconds."""

LOOKED_AT_ONCE = 1_000
"""Most files that one call of `drop_unused` looks at."""

_FILE = (
    files.c.id,
    files.c.user_id,
    files.c.name,
    files.c.mime,
    files.c.size,
    files.c.path,
    files.c.created,
)
_ADD = inserting(files, ignore=True)
_OWN = select(*_FILE).where(files.c.id == bindparam("file"), files.c.user_id == bindparam("user"))
_OF_APP = (
    select(*_FILE)
    .join(users, users.c.id == files.c.user_id)
    .where(files.c.id == bindparam("file"), users.c.app == bindparam("app"))
)


def add(tx: Tx, noted: StoredFile, app: str = "", allowance: Allowance | None = None) -> StoredFile:
    """Note a file.

    Raises:
        OverBudgetError: If the user, or all users together, may store no more.
    """
    if allowance is None:
        known_user(tx, noted.user_id)
    else:
        lock_user(tx, noted.user_id)
        check_file(tx, app, noted.user_id, allowance, noted.size)
    tx.run(
        _ADD,
        id=noted.id,
        user_id=noted.user_id,
        name=noted.name,
        mime=noted.mime,
        size=noted.size,
        path=noted.path,
        created=noted.created,
        due=noted.created + UNUSED_S,
    )
    return noted


def get(tx: Tx, user_id: str, file_id: str) -> StoredFile:
    """Return a user's file."""
    row = tx.row(_OWN, file=file_id, user=user_id)
    if row is None:
        raise NotFoundError("file", file_id)
    return StoredFile(*row)


def of_app(tx: Tx, app: str, file_id: str) -> StoredFile | None:
    """Return a file of any user of an app; None if there is none."""
    row = tx.row(_OF_APP, file=file_id, app=app)
    return None if row is None else StoredFile(*row)


# ------------------------------------------------------------------------------------------- uses

_REFERENCE = re.compile(rf"{SCHEME}([0-9a-f]{{32}})")
_USE = (
    postgresql.insert(file_uses)
    .from_select(
        ["message_id", "file_id"],
        # The lock waits for a concurrent removal, and makes a later one wait.
        select(bindparam("message", type_=file_uses.c.message_id.type), files.c.id)
        .where(
            files.c.id == bindparam("file"),
            # An imported chat may name files of another user: it does not keep those.
            files.c.user_id
            == select(threads.c.user_id)
            .join(messages, messages.c.thread_id == threads.c.id)
            .where(messages.c.id == bindparam("message", type_=messages.c.id.type))
            .scalar_subquery(),
        )
        .with_for_update(read=True, key_share=True),
    )
    .on_conflict_do_nothing()
)
_FREE = (
    update(files)
    .where(
        files.c.id.in_(
            select(file_uses.c.file_id).where(file_uses.c.message_id == bindparam("message"))
        )
    )
    .values(due=bindparam("time"))
)


def use(tx: Tx, message_id: str, body: str) -> None:
    """Note that a message refers to the files named in the body of a part, at any depth."""
    if SCHEME in body:
        for file_id in sorted(set(_REFERENCE.findall(body))):
            tx.run(_USE, message=message_id, file=file_id)


def free(tx: Tx, message_id: str, time: float) -> None:
    """Let the files of a message that is about to be purged be looked at."""
    tx.run(_FREE, message=message_id, time=time)


# ----------------------------------------------------------------------------------- unused files

_DUE = (
    select(files.c.id, files.c.path, users.c.app)
    .join(users, users.c.id == files.c.user_id)
    .where(files.c.due <= bindparam("time"))
    .order_by(files.c.due, files.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=files)
)
_IS_USED = select(exists().where(file_uses.c.file_id == bindparam("file")))
_KEEP = update(files).where(files.c.id == bindparam("file")).values(due=null())
_LEAVE = inserting(leftovers)
_DROP = delete(files).where(files.c.id == bindparam("file"))
_LEFT = (
    select(leftovers.c.id, leftovers.c.path)
    .where(leftovers.c.app == bindparam("app"), leftovers.c.id > bindparam("after"))
    .order_by(leftovers.c.id)
    .limit(bindparam("most"))
)
_FORGET = delete(leftovers).where(leftovers.c.id == bindparam("file"))


def drop_unused(tx: Tx, time: float) -> int:
    """Forget files to which no message refers, but for where their bytes are.

    Returns:
        How many were looked at; 0 when none is due.
    """
    found = tx.rows(_DUE, time=time, most=LOOKED_AT_ONCE)
    for file_id, path, app in found:
        # In a separate statement: it sees changes committed while it waited for the lock.
        row = tx.row(_IS_USED, file=file_id)
        if row is not None and row[0]:
            tx.run(_KEEP, file=file_id)
        else:
            tx.run(_LEAVE, id=file_id, path=path, app=app)
            tx.run(_DROP, file=file_id)
    return len(found)


def left(tx: Tx, app: str, after: str, limit: int) -> list[tuple[str, str]]:
    """Return ids and paths of an app's bytes that can be removed, by id."""
    return [(row[0], row[1]) for row in tx.rows(_LEFT, app=app, after=after, most=limit)]


def forget(tx: Tx, ids: Sequence[str]) -> None:
    """Forget bytes that have been removed."""
    for file_id in ids:
        tx.run(_FORGET, file=file_id)
