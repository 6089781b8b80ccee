"""Erase a person: everything that the database and the storages of files have.

The first transaction gives the person's records a pseudonym, hides their chats and ends their links
and sign-ins: nothing can be reached from then on. All processes notice within 2 s; they stop the
person's answers and empty the open tabs. The records are removed afterwards, a bounded number in
each transaction. An erasure that ended early is continued by the next one with the same name.

The audit log keeps its entries, with the pseudonym in place of the name and without address and
detail. The pseudonym follows from the name and a key in the database: entries of one person belong
together, and a name can be compared with them, but does not follow from them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    bindparam,
    case,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    update,
)

from swell.audit.log import record
from swell.chat.store import files as store_files
from swell.chat.store import runs as store_runs
from swell.chat.store import threads as store_threads
from swell.chat.store.engines.base import Engine, Tx
from swell.chat.store.statements import ACTIVE, inserting
from swell.chat.store.tables import (
    accounts,
    audit,
    feedback,
    files,
    leftovers,
    messages,
    runs,
    shares,
    sign_ins,
    threads,
    uploads,
    usage,
    users,
)
from swell.logs import logger
from swell.server.identity import BETWEEN
from swell.storage.base import IN_PLACE, FileStorage

from .find import Person

__all__ = ["Counts", "count", "erase"]

_log = logger("swell.people")

AT_ONCE = 500
"""Rows that one transaction removes."""

NOTICED_S = 5.0
"""How long the records stay under their pseudonym, in seconds: all processes see it until then."""

STOPPED_S = 10.0
"""How long to wait for the ends of answers, in seconds."""

HIDDEN = 1.0
"""When chats of erased people were deleted, in seconds since the epoch: before all others."""


class Counts(NamedTuple):
    """What the database has about a person.

    Attributes:
        chats: Conversations.
        messages: Messages in them.
        files: Files.
        bytes: Their size.
        links: Read-only links.
        ratings: Ratings of answers.
        running: Answers that are being made.
        sign_ins: Sign-ins.
        usage: Periods of usage.
        audit: Entries of the audit log.
        account: 1 with an account.
    """

    chats: int
    messages: int
    files: int
    bytes: int
    links: int
    ratings: int
    running: int
    sign_ins: int
    usage: int
    audit: int
    account: int


_USER: BindParameter[str] = bindparam("user")
_WHOSE: BindParameter[str] = bindparam("whose")
_THREADS_OF = select(threads.c.id).where(threads.c.user_id == _USER)
_OF_USER = (
    select(func.count()).select_from(threads).where(threads.c.user_id == _USER),
    select(func.count()).select_from(messages).where(messages.c.thread_id.in_(_THREADS_OF)),
    select(func.count()).select_from(files).where(files.c.user_id == _USER),
    select(func.coalesce(func.sum(files.c.size), 0)).where(files.c.user_id == _USER),
    select(func.count()).select_from(shares).where(shares.c.thread_id.in_(_THREADS_OF)),
    select(func.count()).select_from(feedback).where(feedback.c.user_id == _USER),
    select(func.count()).select_from(runs).where(runs.c.thread_id.in_(_THREADS_OF), ACTIVE),
)
_SIGN_INS = select(func.count()).select_from(sign_ins).where(sign_ins.c.subject == _WHOSE)
_USAGE = select(func.count()).select_from(usage).where(usage.c.subject == _WHOSE)
_IN_AUDIT = or_(audit.c.subject == _WHOSE, audit.c.object == _WHOSE)
_AUDIT = select(func.count()).select_from(audit).where(_IN_AUDIT)


async def count(engine: Engine, person: Person) -> Counts:
    """Return what the database has about a person."""

    def look(tx: Tx) -> Counts:
        def one(statement: ClauseElement, **given: str) -> int:
            row = tx.row(statement, **given)
            return int(row[0]) if row is not None else 0

        of_users = [
            sum(one(each, user=user_id) for _, user_id in person.users) for each in _OF_USER
        ]
        others = [one(each, whose=person.subject) for each in (_SIGN_INS, _USAGE, _AUDIT)]
        return Counts._make([*of_users, *others, int(person.account)])

    return await engine.read(look)


async def erase(
    engine: Engine,
    storages: Sequence[FileStorage],
    person: Person,
    time: float,
    *,
    app: str = "",
    noticed_s: float = NOTICED_S,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Erase a person, and return the number of files whose bytes could not be deleted.

    Args:
        engine: The database.
        storages: Where files may be.
        person: The person, from `find`.
        time: Now, in seconds since the epoch.
        app: Erase only what this app stores; the account stays then.
        noticed_s: How long to wait until all processes have noticed, in seconds.
        wait: Waits; a test gives its own.
    """
    await engine.write(lambda tx: _begin(tx, person, time, app))
    await _stop(engine, person, time, wait)
    await wait(noticed_s)
    failed = 0
    for of_app, user_id in person.users:
        failed += await _remove_user(engine, storages, of_app, user_id, time)
    await _remove_uploads(engine, storages, person)
    await _rename_in_audit(engine, person, app)
    await engine.write(lambda tx: _end(tx, person, time, app))
    return failed


# ----------------------------------------------------------------------------------- the beginning

_MARK = (
    update(users).where(users.c.id == _USER).values(subject=bindparam("new_subject"), name=null())
)
_HIDE = update(threads).where(threads.c.user_id == _USER).values(deleted=HIDDEN)
_DROP_ACCOUNT = delete(accounts).where(accounts.c.subject == _WHOSE)
_UNSHARE = delete(shares).where(shares.c.thread_id.in_(_THREADS_OF))
_SIGN_OUT = delete(sign_ins).where(sign_ins.c.subject == _WHOSE)
_RUNNING = select(runs.c.id).where(runs.c.thread_id.in_(_THREADS_OF), ACTIVE)


def _begin(tx: Tx, person: Person, time: float, app: str) -> None:
    """Make everything of a person unreachable, in one transaction."""
    for _, user_id in person.users:
        tx.run(_MARK, user=user_id, new_subject=f"{person.pseudonym}:{user_id}")
        tx.run(_HIDE, user=user_id)
        tx.run(_UNSHARE, user=user_id)
    if not app:
        tx.run(_SIGN_OUT, whose=person.subject)
        tx.run(_DROP_ACCOUNT, whose=person.subject)
    record(tx, "erased", object=person.pseudonym, at=time, app=app, done=False)


async def _stop(
    engine: Engine, person: Person, time: float, wait: Callable[[float], Awaitable[None]]
) -> None:
    """Let the processes that make answers of a person stop them."""

    def ask(tx: Tx) -> int:
        running = [row[0] for _, user in person.users for row in tx.rows(_RUNNING, user=user)]
        for run_id in running:
            store_runs.ask(tx, run_id, "stop", "", time)
        return len(running)

    def left(tx: Tx) -> int:
        return sum(len(tx.rows(_RUNNING, user=user)) for _, user in person.users)

    if await engine.write(ask):
        for _ in range(int(STOPPED_S / 0.2)):
            if not await engine.read(left):
                break
            await wait(0.2)


# --------------------------------------------------------------------------------- the records

_SOME_FILES = (
    select(files.c.id, files.c.path).where(files.c.user_id == _USER).limit(bindparam("most"))
)
_LEAVE = inserting(leftovers, ignore=True)
_DROP_FILE = delete(files).where(files.c.id == bindparam("file"))
_HAS = select(exists().where(threads.c.user_id == _USER), exists().where(files.c.user_id == _USER))
_DROP_USER = delete(users).where(users.c.id == _USER)


async def _remove_user(
    engine: Engine, storages: Sequence[FileStorage], app: str, user_id: str, time: float
) -> int:
    """Remove chats, files and then the record of a user of an app.

    Returns:
        How many files of the app could not be deleted.
    """
    while True:
        # Chats that were deleted by their users have a later time.
        while await engine.write(lambda tx: store_threads.purge(tx, HIDDEN + 1, time)):
            pass
        while await engine.write(lambda tx: _remove_files(tx, app, user_id)):
            pass
        failed = await _remove_bytes(engine, storages, app)
        if await engine.write(lambda tx: _remove_record(tx, user_id)):
            return failed


def _remove_files(tx: Tx, app: str, user_id: str) -> int:
    """Forget files, but for where their bytes are; return how many."""
    found = tx.rows(_SOME_FILES, user=user_id, most=AT_ONCE)
    for file_id, path in found:
        tx.run(_LEAVE, id=file_id, path=path, app=app)
        tx.run(_DROP_FILE, file=file_id)
    return len(found)


def _remove_record(tx: Tx, user_id: str) -> bool:
    """Remove the user, unless an app has stored something in the meantime."""
    row = tx.row(_HAS, user=user_id)
    if row is not None and (row[0] or row[1]):
        tx.run(_HIDE, user=user_id)
        return False
    tx.run(_DROP_USER, user=user_id)
    return True


async def _remove_bytes(engine: Engine, storages: Sequence[FileStorage], app: str) -> int:
    """Delete the bytes of files that an app has forgotten; return how many could not be."""
    after, failed = "", 0
    while True:

        def look(tx: Tx, place: str = after) -> list[tuple[str, str]]:
            return store_files.left(tx, app, place, AT_ONCE)

        found = await engine.read(look)
        gone: list[str] = []
        for file_id, key in found:
            try:
                for storage in storages:
                    if storage.made(key):
                        await storage.delete(key)
                gone.append(file_id)
            except OSError as error:
                failed += 1
                _log.warning("could not delete a file, the app tries again: %s", error)
        await engine.write(partial(store_files.forget, ids=gone))
        if len(found) < AT_ONCE:
            return failed
        after = found[-1][0]


_UPLOADS = select(uploads.c.id, uploads.c.owner, uploads.c.key)
_DROP_UPLOAD = delete(uploads).where(uploads.c.id == bindparam("file"))


async def _remove_uploads(engine: Engine, storages: Sequence[FileStorage], person: Person) -> None:
    """Remove uploads that no message refers to yet; they are few, since a tab holds each."""
    browser = person.subject.removeprefix("browser:")
    for file_id, owner, key in await engine.read(lambda tx: tx.rows(_UPLOADS)):
        if owner == browser or (owner or "").endswith(f"{BETWEEN}{person.subject}"):
            for storage in storages:
                if storage.made(key) and not key.startswith(IN_PLACE):
                    await storage.delete(key)
            await engine.write(partial(_run, statement=_DROP_UPLOAD, file=file_id))


def _run(tx: Tx, statement: ClauseElement, **given: str) -> int:
    return tx.run(statement, **given)


# ----------------------------------------------------------------------------------- the audit log

_NUMBERS = (
    select(audit.c.n)
    .where(_IN_AUDIT, audit.c.n > bindparam("after"))
    .order_by(audit.c.n)
    .limit(bindparam("most"))
)
_NUMBERS_OF_APP = _NUMBERS.where(audit.c.app == bindparam("of_app"))
_IS_SUBJECT = audit.c.subject == _WHOSE
_RENAME = (
    update(audit)
    .where(audit.c.n == bindparam("number"))
    .values(
        subject=case((_IS_SUBJECT, bindparam("new")), else_=audit.c.subject),
        object=case((audit.c.object == _WHOSE, bindparam("new")), else_=audit.c.object),
        address=case((_IS_SUBJECT, ""), else_=audit.c.address),
        detail="{}",
    )
)


async def _rename_in_audit(engine: Engine, person: Person, app: str) -> None:
    after = 0
    while True:

        def rename(tx: Tx, place: int = after) -> int | None:
            of_app = {"of_app": app} if app else {}
            statement = _NUMBERS_OF_APP if app else _NUMBERS
            found = tx.rows(statement, whose=person.subject, after=place, most=AT_ONCE, **of_app)
            for (number,) in found:
                tx.run(_RENAME, whose=person.subject, new=person.pseudonym, number=number)
            return found[-1][0] if found else None

        last = await engine.write(rename)
        if last is None:
            return
        after = last


# ------------------------------------------------------------------------------------------ the end

_DROP_USAGE = delete(usage).where(usage.c.subject == _WHOSE)
_DROP_USAGE_OF_APP = _DROP_USAGE.where(usage.c.app == bindparam("of_app"))


def _end(tx: Tx, person: Person, time: float, app: str) -> None:
    """Remove usage, and note that everything is gone."""
    if app:
        tx.run(_DROP_USAGE_OF_APP, whose=person.subject, of_app=app)
    else:
        tx.run(_DROP_USAGE, whose=person.subject)
    record(tx, "erased", object=person.pseudonym, at=time, app=app, done=True)
