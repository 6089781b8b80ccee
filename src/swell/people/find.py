"""Find a person in a database, by the name that the tables use or by an account's."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, literal, select, union

from swell.chat.store import keys
from swell.chat.store.engines.base import Engine, Tx
from swell.chat.store.tables import accounts, audit, files, sign_ins, threads, usage, users
from swell.chat.store.threads import ERASED

__all__ = ["AmbiguousNameError", "Listed", "Person", "find", "listed", "pseudonym"]

LISTED_AT_ONCE = 500

_USERS = select(users.c.app, users.c.id, users.c.name).where(
    users.c.subject == bindparam("whose"),
    (users.c.app == bindparam("of_app")) | (literal("") == bindparam("of_app")),
)
_MARKED = select(users.c.app, users.c.id, users.c.name).where(
    users.c.subject >= bindparam("begin"),
    users.c.subject < bindparam("end"),
    (users.c.app == bindparam("of_app")) | (literal("") == bindparam("of_app")),
)
_ACCOUNT = select(accounts.c.subject).where(accounts.c.subject == bindparam("whose"))
_ELSEWHERE = union(
    select(usage.c.subject).where(usage.c.subject == bindparam("whose")),
    select(sign_ins.c.subject).where(sign_ins.c.subject == bindparam("whose")),
    select(audit.c.subject).where(audit.c.subject == bindparam("whose")),
    select(audit.c.object).where(audit.c.object == bindparam("whose")),
)
_CALLED = union(
    select(accounts.c.subject).where(
        (accounts.c.name == bindparam("called")) | (accounts.c.email == bindparam("called"))
    ),
    select(users.c.subject).where(users.c.name == bindparam("called")),
)


class AmbiguousNameError(Exception):
    """Several people have a name.

    Attributes:
        subjects: The names that tell them apart.
    """

    def __init__(self, name: str, subjects: Sequence[str]) -> None:
        super().__init__(name, subjects)
        self.name, self.subjects = name, subjects

    def __str__(self) -> str:
        return f"several people are called {self.name!r}: {', '.join(self.subjects)}; name one"


class Person(NamedTuple):
    """A person, as the tables know them.

    Attributes:
        subject: The stable name; `browser:` and the id of the browser without sign-in.
        name: The name to show; None without one.
        users: Apps that store something about the person, with the id of the user there.
        account: Whether there is an account.
        pseudonym: What stands for the person once erased.
    """

    subject: str
    name: str | None
    users: tuple[tuple[str, str], ...]
    account: bool
    pseudonym: str


class Listed(NamedTuple):
    """A line of `swell people list`."""

    subject: str
    app: str
    name: str | None
    chats: int
    files: int
    bytes: int
    last: float | None


async def find(engine: Engine, name: str, app: str, new_key: str, time: float) -> Person | None:
    """Return the person with this name; None when nothing is stored about one.

    Args:
        engine: The database.
        name: The stable name, or else the name or email address of an account.
        app: Only what this app stores; empty for all apps and the account.
        new_key: Becomes the key of pseudonyms if the database has none.
        time: Now, in seconds since the epoch.

    Raises:
        AmbiguousNameError: If several people have the name.
    """
    key = await engine.write(lambda tx: keys.agreed(tx, "pseudonyms", new_key, time))

    def look(tx: Tx) -> Person | None:
        found = _of(tx, name, app, key)
        if found is not None:
            return found
        subjects = sorted(row[0] for row in tx.rows(_CALLED, called=name))
        if len(subjects) > 1:
            raise AmbiguousNameError(name, subjects)
        return _of(tx, subjects[0], app, key) if subjects else None

    return await engine.read(look)


def pseudonym(subject: str, key: str) -> str:
    """Return what stands for a person once erased: without the key it leads to no name.

    >>> pseudonym("ann", "key")
    'erased:ad7d8cb5b7ee30ac'
    """
    return ERASED + hmac.new(key.encode(), subject.encode(), hashlib.sha256).hexdigest()[:16]


def _of(tx: Tx, subject: str, app: str, key: str) -> Person | None:
    mark = pseudonym(subject, key)
    rows = tx.rows(_USERS, whose=subject, of_app=app)
    # Those of an erasure that ended early; `;` is the character after `:`.
    rows += tx.rows(_MARKED, begin=f"{mark}:", end=f"{mark};", of_app=app)
    account = tx.row(_ACCOUNT, whose=subject) is not None
    if not rows and not account and tx.row(_ELSEWHERE, whose=subject) is None:
        return None
    names = [row[2] for row in rows if row[2]]
    return Person(
        subject, names[0] if names else None, tuple((row[0], row[1]) for row in rows), account, mark
    )


_LISTED = (
    select(
        users.c.subject,
        users.c.app,
        users.c.name,
        select(func.count())
        .where(threads.c.user_id == users.c.id, threads.c.deleted.is_(None))
        .scalar_subquery(),
        select(func.count()).where(files.c.user_id == users.c.id).scalar_subquery(),
        select(func.coalesce(func.sum(files.c.size), 0))
        .where(files.c.user_id == users.c.id)
        .scalar_subquery(),
        select(func.max(threads.c.updated))
        .where(threads.c.user_id == users.c.id)
        .scalar_subquery(),
    )
    .where(
        (users.c.subject > bindparam("after"))
        | ((users.c.subject == bindparam("after")) & (users.c.app > bindparam("after_app"))),
        (users.c.app == bindparam("of_app")) | (literal("") == bindparam("of_app")),
    )
    .order_by(users.c.subject, users.c.app)
    .limit(LISTED_AT_ONCE)
)


def listed(tx: Tx, app: str, after: Listed | None) -> list[Listed]:
    """Return a window of the people that apps store something about, by name and app.

    Args:
        tx: The transaction.
        app: Only of this app; empty for all.
        after: The last one of the window before.
    """
    given = {"after": after.subject if after else "", "after_app": after.app if after else ""}
    return [Listed(*row) for row in tx.rows(_LISTED, of_app=app, **given)]
