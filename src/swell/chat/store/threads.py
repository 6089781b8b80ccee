"""Users, threads, and links to share them."""

from __future__ import annotations

import hashlib
import itertools

from sqlalchemy import (
    Double,
    SmallInteger,
    String,
    Text,
    bindparam,
    delete,
    null,
    or_,
    select,
    tuple_,
    update,
)

from swell.chat.records import Thread, User
from swell.errors import NotFoundError

from . import files, search
from .engines.base import Tx
from .ids import ID_CHARS, token_hash
from .statements import THREAD, clean, inserting, known_user, own_thread, thread_of
from .tables import file_uses, messages, parts, shares, threads, users

TITLE_MAX_CHARS = 200
"""Longest title, in code points."""

PURGED_AT_ONCE = 1_000
"""Most messages that one call of `purge` removes."""

LINKS_MAX = 20
"""Most read-only links of one thread."""

# ------------------------------------------------------------------------------------------ users

_USER = select(users.c.id, users.c.subject, users.c.name, users.c.created).where(
    users.c.app == bindparam("app"), users.c.subject == bindparam("subject")
)
_USER_BY_ID = select(users.c.id, users.c.subject, users.c.name, users.c.created).where(
    users.c.id == bindparam("user")
)
_ADD_USER = inserting(users, ignore=True)
_ID_TAKEN = select(users.c.id).where(users.c.id == bindparam("user"))
_RENAME_USER = update(users).where(users.c.id == bindparam("user")).values(name=bindparam("new"))


def user(tx: Tx, app: str, subject: str, name: str | None, time: float) -> User:
    """Return a user of an app; create the record if it is new."""
    row = tx.row(_USER, app=app, subject=subject)
    if row is None:
        identity = _id_of(tx, app, subject)
        tx.run(_ADD_USER, id=identity, app=app, subject=subject, name=name, created=time)
        row = tx.row(_USER, app=app, subject=subject)
        assert row is not None, "added just now, here or by another"
    if name is not None and row[2] != name:
        tx.run(_RENAME_USER, user=row[0], new=name)
        row = (row[0], row[1], name, row[3])
    return User(*row)


def find_user(tx: Tx, app: str, subject: str) -> User | None:
    """Return a stored user, or None."""
    row = tx.row(_USER, app=app, subject=subject)
    return None if row is None else User(*row)


def visitor(tx: Tx, app: str, subject: str, time: float) -> User:
    """Return a user of an app as `user` would make them, without doing so."""
    known = find_user(tx, app, subject)
    return known or User(_id_of(tx, app, subject), subject, None, time, stored=False)


def _id_of(tx: Tx, app: str, subject: str) -> str:
    """Return the id of a user who is not stored; it stays the same when they are.

    The first choice is taken when the rows of an app were given to another one.
    """
    for attempt in itertools.count():
        text = f"{len(app)}:{app}{attempt}:{subject}"
        identity = hashlib.sha256(text.encode()).hexdigest()[:ID_CHARS]
        if tx.row(_ID_TAKEN, user=identity) is None:
            return identity
    raise AssertionError("there are enough ids")


def user_by_id(tx: Tx, user_id: str) -> User:
    """Return a user by their id."""
    row = tx.row(_USER_BY_ID, user=user_id)
    if row is None:
        raise NotFoundError("user", user_id)
    return User(*row)


ERASED = "erased:"
"""Begin of the subject of a user who is being erased; see `swell.people`."""

_ERASED = select(users.c.id).where(
    users.c.app == bindparam("app"),
    users.c.subject >= ERASED,
    users.c.subject < "erased;",  # the character after `:`
)


def erased(tx: Tx, app: str) -> frozenset[str]:
    """Return the ids of users of an app who are being erased."""
    return frozenset(row[0] for row in tx.rows(_ERASED, app=app))


# ---------------------------------------------------------------------------------------- threads

_ORDER = tuple_(threads.c.pinned, threads.c.updated, threads.c.id)
_LISTED = (
    select(*THREAD)
    .where(
        threads.c.user_id == bindparam("user"),
        threads.c.archived == bindparam("archived"),
        threads.c.deleted.is_(None),
    )
    .order_by(threads.c.pinned.desc(), threads.c.updated.desc(), threads.c.id.desc())
    .limit(bindparam("most"))
)
_LISTED_ON = _LISTED.where(
    tuple_(
        bindparam("pinned", type_=SmallInteger),
        bindparam("updated", type_=Double),
        bindparam("before", type_=String),
    )
    > _ORDER
)
_PLACE = select(threads.c.pinned, threads.c.updated).where(
    threads.c.id == bindparam("thread"), threads.c.user_id == bindparam("user")
)
_ADD = inserting(threads)
_NUMBER = select(threads.c.n).where(threads.c.id == bindparam("thread"))
_CHANGE = (
    update(threads)
    .where(threads.c.id == bindparam("thread"))
    .values(
        title=bindparam("new_title"),
        pinned=bindparam("new_pinned"),
        archived=bindparam("new_archived"),
    )
)
_DELETE = (
    update(threads).where(threads.c.id == bindparam("thread")).values(deleted=bindparam("time"))
)
_DELETED_AT = select(threads.c.id).where(
    threads.c.id == bindparam("thread"),
    threads.c.user_id == bindparam("user"),
    threads.c.deleted == bindparam("time"),
)
_UNDELETE = (
    update(threads)
    .where(
        threads.c.id == bindparam("thread"),
        threads.c.user_id == bindparam("user"),
    )
    .values(deleted=null())
)


def listed(
    tx: Tx, user_id: str, *, query: str | None, archived: bool, before: str | None, limit: int
) -> list[Thread]:
    """Return a window of a user's threads."""
    if not 1 <= limit <= 500:
        raise ValueError(f"limit must be 1 to 500, got {limit}")
    place = None
    if before is not None:
        place = tx.row(_PLACE, thread=before, user=user_id)
        if place is None:
            raise NotFoundError("thread", before)
    if query is not None:
        # Rows of the last page are among the matches and do not count.
        enough = limit if place is None else None
        found = search.threads_found(tx, user_id, query, archived=archived, enough=enough)
        if found is not None:
            return _listed_among(found, place, before, limit)
    if place is None:
        rows = tx.rows(_LISTED, user=user_id, archived=int(archived), most=limit)
    else:
        rows = tx.rows(
            _LISTED_ON,
            user=user_id,
            archived=int(archived),
            most=limit,
            pinned=place[0],
            updated=place[1],
            before=before,
        )
    return [thread_of(tx, row) for row in rows]


def _listed_among(
    among: list[Thread], place: tuple[object, ...] | None, before: str | None, limit: int
) -> list[Thread]:
    """The same window, of threads that a search has found."""
    among.sort(key=lambda one: (one.pinned, one.updated, one.id), reverse=True)
    if place is not None:
        last = (bool(place[0]), place[1], before)
        among = [one for one in among if (one.pinned, one.updated, one.id) < last]
    return among[:limit]


def add(
    tx: Tx, user_id: str, thread_id: str, time: float, title: str = "", created: float | None = None
) -> None:
    """Begin a thread."""
    known_user(tx, user_id)
    tx.run(
        _ADD,
        id=thread_id,
        user_id=user_id,
        title=title,
        created=time if created is None else created,
        updated=time,
        pinned=0,
        archived=0,
        leaf_id=None,
        deleted=None,
    )
    if title:
        row = tx.row(_NUMBER, thread=thread_id)
        assert row is not None
        search.retitle(tx, user_id, row[0], None, title)


def titled(text: str) -> str:
    """Return a title of one line that is not too long."""
    return " ".join(clean(text).split())[:TITLE_MAX_CHARS]


def get(tx: Tx, user_id: str, thread_id: str) -> Thread:
    """Return a user's thread."""
    return thread_of(tx, own_thread(tx, user_id, thread_id))


def change(
    tx: Tx,
    user_id: str,
    thread_id: str,
    title: str | None,
    pinned: bool | None,
    archived: bool | None,
) -> Thread:
    """Change the given fields."""
    *row, number = own_thread(tx, user_id, thread_id, lock=True)
    old = thread_of(tx, row)
    new_title = old.title if title is None else titled(title)
    tx.run(
        _CHANGE,
        thread=thread_id,
        new_title=new_title,
        new_pinned=int(old.pinned if pinned is None else pinned),
        new_archived=int(old.archived if archived is None else archived),
    )
    if new_title != old.title:
        search.retitle(tx, user_id, number, old.title, new_title)
    return get(tx, user_id, thread_id)


def remove(tx: Tx, user_id: str, thread_id: str, time: float) -> None:
    """Hide a thread until it is purged."""
    if tx.row(_DELETED_AT, thread=thread_id, user=user_id, time=time):
        return  # done already, when that got lost on the way
    own_thread(tx, user_id, thread_id, lock=True)
    tx.run(_DELETE, thread=thread_id, time=time)
    tx.run(_UNSHARE, thread=thread_id)


def restore(tx: Tx, user_id: str, thread_id: str) -> Thread:
    """Bring a hidden thread back."""
    if not tx.run(_UNDELETE, thread=thread_id, user=user_id):
        raise NotFoundError("thread", thread_id)
    return get(tx, user_id, thread_id)


# ------------------------------------------------------------------------------------------ purge

_DEAD_MESSAGES = (
    select(messages.c.id, messages.c.thread_id, threads.c.user_id)
    .join(threads, threads.c.id == messages.c.thread_id)
    .where(messages.c.deleted < bindparam("until"))
    .order_by(messages.c.depth.desc())
    .limit(bindparam("most"))
)
_DEAD_THREADS = (
    select(threads.c.id, threads.c.user_id, threads.c.n, threads.c.title)
    .where(threads.c.deleted < bindparam("until"))
    .order_by(threads.c.deleted)
    .limit(bindparam("most"))
)
_DEEPEST = (
    select(messages.c.id)
    .where(messages.c.thread_id == bindparam("thread"))
    .order_by(messages.c.depth.desc())
    .limit(bindparam("most"))
)
_INDEXED = select(parts.c.n, parts.c.body).where(
    parts.c.message_id == bindparam("message"), parts.c.indexed == 1
)
_DROP_MESSAGE = delete(messages).where(messages.c.id == bindparam("message"))
_DROP_THREAD = delete(threads).where(threads.c.id == bindparam("thread"))


def purge(tx: Tx, until: float, time: float) -> int:
    """Purge records deleted before a time, and expired links.

    The deepest messages go first, so that none cascades.

    Returns:
        How many threads and messages were removed, and files looked at.
    """
    tx.run(_EXPIRED, time=time)
    count = 0
    for message, thread, owner in tx.rows(_DEAD_MESSAGES, until=until, most=PURGED_AT_ONCE):
        _drop_message(tx, owner, thread, message, time)
        count += 1
    for thread, owner, number, title in tx.rows(_DEAD_THREADS, until=until, most=100):
        if count >= PURGED_AT_ONCE:
            break
        left = PURGED_AT_ONCE - count
        found = tx.rows(_DEEPEST, thread=thread, most=left)
        for (message,) in found:
            _drop_message(tx, owner, thread, message, time)
        count += len(found)
        if len(found) < left:
            search.retitle(tx, owner, number, title, None)
            tx.run(_DROP_THREAD, thread=thread)
            count += 1
    return count + files.drop_unused(tx, time)


def _drop_message(tx: Tx, user_id: str, thread_id: str, message_id: str, time: float) -> None:
    indexed = [(row[0], row[1]) for row in tx.rows(_INDEXED, message=message_id)]
    search.forget(tx, user_id, thread_id, indexed)
    files.free(tx, message_id, time)
    tx.run(_DROP_MESSAGE, message=message_id)


# ---------------------------------------------------------------------------------------- sharing

_LINK = (
    shares.c.hash == bindparam("hash"),
    or_(shares.c.expires.is_(None), shares.c.expires > bindparam("time", type_=Double)),
    threads.c.deleted.is_(None),
    users.c.app == bindparam("app"),
)
"""The condition of a valid link and its thread."""

EVERYONE = "*"
"""The audience of a link that all signed-in users may open."""

_READABLE = or_(
    shares.c.audience.is_(None),
    shares.c.audience == bindparam("signed_in", type_=Text),
    shares.c.audience == bindparam("organisation", type_=Text),
)
"""The condition of a link that a reader may open: see `_reader`."""

_ADD_LINK = inserting(shares, ignore=True)
_OLDEST_LINKS = (
    select(shares.c.hash)
    .where(shares.c.thread_id == bindparam("thread"))
    .order_by(shares.c.created.desc(), shares.c.hash)
    .offset(LINKS_MAX)
)
_DROP_LINK = delete(shares).where(shares.c.hash == bindparam("link"))
_UNSHARE = delete(shares).where(shares.c.thread_id == bindparam("thread"))
_EXPIRED = delete(shares).where(shares.c.expires <= bindparam("time"))
_SHARED = (
    select(*THREAD)
    .join(users, users.c.id == threads.c.user_id)
    .join(shares, shares.c.thread_id == threads.c.id)
    .where(*_LINK, _READABLE)
)
_SHARED_UNTIL = (
    select(shares.c.expires)
    .join(threads, threads.c.id == shares.c.thread_id)
    .join(users, users.c.id == threads.c.user_id)
    .where(*_LINK, _READABLE)
)
_SHARES_FILE = (
    select(messages.c.id)
    .join(threads, threads.c.id == messages.c.thread_id)
    .join(users, users.c.id == threads.c.user_id)
    .join(shares, shares.c.thread_id == threads.c.id)
    .join(file_uses, file_uses.c.message_id == messages.c.id)
    .where(*_LINK, messages.c.deleted.is_(None), file_uses.c.file_id == bindparam("file"))
    .limit(1)
)


def share(
    tx: Tx,
    user_id: str,
    thread_id: str,
    token: str,
    time: float,
    expires: float | None,
    audience: str | None,
) -> None:
    """Add a link to a thread; the oldest goes when there are too many."""
    own_thread(tx, user_id, thread_id, lock=True)
    tx.run(
        _ADD_LINK,
        hash=token_hash(token),
        thread_id=thread_id,
        created=time,
        expires=expires,
        audience=audience,
    )
    for (link,) in tx.rows(_OLDEST_LINKS, thread=thread_id):
        tx.run(_DROP_LINK, link=link)


def unshare(tx: Tx, user_id: str, thread_id: str) -> None:
    """Remove all links to a thread."""
    own_thread(tx, user_id, thread_id, lock=True)
    tx.run(_UNSHARE, thread=thread_id)


def shared(tx: Tx, app: str, token: str, time: float, organisation: str | None) -> Thread:
    """Return the thread of a link."""
    row = tx.row(_SHARED, app=app, hash=token_hash(token), time=time, **_reader(organisation))
    if row is None:
        raise NotFoundError("shared thread", token[:4] + "…")
    return thread_of(tx, row)


def shared_until(
    tx: Tx, app: str, token: str, time: float, organisation: str | None
) -> float | None:
    """Return when a link expires; None if it does not."""
    row = tx.row(_SHARED_UNTIL, app=app, hash=token_hash(token), time=time, **_reader(organisation))
    if row is None:
        raise NotFoundError("shared thread", token[:4] + "…")
    return None if row[0] is None else float(row[0])


def _reader(organisation: str | None) -> dict[str, str]:
    """Return the values of `_READABLE`; no audience is an empty text."""
    return {
        "signed_in": "" if organisation is None else EVERYONE,
        "organisation": organisation or "",
    }


def shares_file(tx: Tx, app: str, share: str, file_id: str, time: float) -> bool:
    """Return whether a thread shared by the link with this hash shows a file."""
    found = tx.row(_SHARES_FILE, app=app, hash=share, file=file_id, time=time)
    return found is not None
