"""Export what is stored about a person: a ZIP archive of JSON, and the files as they are.

Chats are in the format of the menu's export, so that they can be imported elsewhere. Each window
of rows is read in a separate transaction, and a window at a time is in memory. Secrets stay out:
hashes of links and passwords, ids of sessions, and tokens of identity providers.
"""

from __future__ import annotations

import datetime
import errno
import os
import re
import zipfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO, Any

import anyio
import msgspec
from sqlalchemy import text

from swell.chat.store.engines.base import Engine, Row, Tx
from swell.chat.store.transfer import FORMAT, VERSION
from swell.server.file_names import safe_name
from swell.storage.base import FileStorage

from .find import Person

__all__ = ["export"]

ROWS_AT_ONCE = 200
"""Rows that are read at a time."""


async def export(engine: Engine, storages: Sequence[FileStorage], person: Person, to: Path) -> int:
    """Write a new archive with everything about a person, and return the number of entries.

    Args:
        engine: The database.
        storages: Where files may be.
        person: The person.
        to: The file; it gets its name when it is complete.

    Raises:
        FileExistsError: If it exists.
        OSError: If the disk is full.
    """
    if await anyio.Path(to).exists():
        raise FileExistsError(errno.EEXIST, "the file exists", str(to))
    part = to.with_name(to.name + ".part")
    handle = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
    try:
        with os.fdopen(handle, "wb+") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                await _Export(engine, storages, person, archive).write()
                count = len(archive.namelist())
            file.flush()
            os.fsync(file.fileno())
        part.replace(to)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return count


class _Export:
    def __init__(
        self,
        engine: Engine,
        storages: Sequence[FileStorage],
        person: Person,
        archive: zipfile.ZipFile,
    ) -> None:
        self._engine = engine
        self._storages = storages
        self._person = person
        self._archive = archive

    async def write(self) -> None:
        subject = self._person.subject
        about = {
            "subject": subject,
            "name": self._person.name,
            "exported": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "apps": [app for app, _ in self._person.users],
        }
        self._archive.writestr("person.json", msgspec.json.format(msgspec.json.encode(about)))
        for name, (columns, table, condition, key) in _ABOUT.items():
            await self._lines(f"{name}.jsonl", columns, table, condition, key, whose=subject)
        taken: set[str] = set()
        for app, user_id in self._person.users:
            folder = _folder(app, taken)
            for name, (columns, table, condition, key) in _OF_USER.items():
                entry = f"{folder}/{name}.jsonl"
                await self._lines(entry, columns, table, condition, key, whose=user_id)
            await self._chats(folder, user_id)
            await self._files(folder, user_id)

    async def _lines(
        self, entry: str, columns: str, table: str, condition: str, key: str, *, whose: str
    ) -> None:
        """Write rows as lines of JSON; no entry where there are none."""
        names = [one.strip().rpartition(".")[2] for one in columns.split(",")]
        rows = self._rows(columns, table, condition, key, whose=whose)
        first = await anext(rows, None)
        if first is None:
            return
        with self._archive.open(entry, "w", force_zip64=True) as file:
            _line(file, names, first)
            async for row in rows:
                _line(file, names, row)

    async def _rows(
        self, columns: str, table: str, condition: str, key: str, *, whose: str
    ) -> AsyncIterator[Row]:
        """Yield rows in the order of a column, in windows."""
        statement = text(
            f"SELECT {columns}, {key} FROM {table}"  # noqa: S608  # no input
            f" WHERE {condition} AND {key} > :after ORDER BY {key} LIMIT {ROWS_AT_ONCE}"
        )
        after: Any = -1 if key == "n" else ""
        while True:

            def look(tx: Tx, place: Any = after) -> list[Row]:
                return tx.rows(statement, whose=whose, after=place)

            rows = await self._engine.read(look)
            for row in rows:
                yield row[:-1]
            if len(rows) < ROWS_AT_ONCE:
                return
            after = rows[-1][-1]

    async def _chats(self, folder: str, user_id: str) -> None:
        threads = self._rows(_THREAD, "threads", "user_id = :whose", "id", whose=user_id)
        async for row in threads:
            thread_id, title, created, updated, pinned, archived, leaf, deleted = row
            head = {
                "format": FORMAT,
                "version": VERSION,
                "id": thread_id,
                "title": title,
                "created": created,
                "updated": updated,
                "pinned": bool(pinned),
                "archived": bool(archived),
                "deleted": deleted,
                "leaf": leaf,
            }
            with self._archive.open(
                f"{folder}/chats/{thread_id}.json", "w", force_zip64=True
            ) as file:
                file.write(msgspec.json.encode(head)[:-1] + b',"messages":[')
                between = b"\n"
                async for message in self._messages(thread_id):
                    file.write(between + msgspec.json.encode(message))
                    between = b",\n"
                file.write(b"\n]}\n")

    async def _messages(self, thread_id: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the messages of a thread, parents before their children, hidden ones as well."""
        depth, last = -1, ""
        while True:

            def look(tx: Tx, depth: int = depth, last: str = last) -> list[tuple[Row, list[Row]]]:
                given = {"whose": thread_id, "depth": depth, "last": last}
                rows = tx.rows(_MESSAGES, most=ROWS_AT_ONCE, **given)
                return [(row, tx.rows(_PARTS, message=row[0])) for row in rows]

            found = await self._engine.read(look)
            for row, parts in found:
                yield _message(row, parts)
            if len(found) < ROWS_AT_ONCE:
                return
            last, depth = found[-1][0][0], found[-1][0][1]

    async def _files(self, folder: str, user_id: str) -> None:
        found = self._rows("name, path, id", "files", "user_id = :whose", "id", whose=user_id)
        async for name, key, file_id in found:
            storage = next((one for one in self._storages if one.made(key)), self._storages[0])
            pieces = storage.read(key)
            try:
                piece = await anext(pieces, b"")
            except OSError:
                continue  # its bytes are gone; `files.jsonl` has its record
            about = zipfile.ZipInfo(f"{folder}/files/{file_id}-{safe_name(name)}")
            with self._archive.open(about, "w", force_zip64=True) as file:
                file.write(piece)
                async for piece in pieces:
                    file.write(piece)


_PERIOD = "app || '/' || CAST(start AS TEXT)"

_ABOUT = {
    "account": (
        "subject, name, email, provider, groups, role, disabled, created, seen",
        "accounts",
        "subject = :whose",
        "subject",
    ),
    "sign_ins": (
        "provider, claims, address, agent, created, seen, expires, ended",
        "sign_ins",
        "subject = :whose",
        "id",
    ),
    "audit": (
        "at, event, subject, address, object, detail, app",
        "audit",
        "(subject = :whose OR object = :whose)",
        "n",
    ),
    "usage": (  # the rows of 10 seconds are included in those of an hour
        "app, start, prompts, attachments, tokens, micros",
        "usage",
        "subject = :whose AND step = 3600",
        _PERIOD,
    ),
}
"""Columns, table, condition and the column that orders, of what belongs to no app alone."""

_OF_THREADS = "thread_id IN (SELECT id FROM threads WHERE user_id = :whose)"
_OF_USER = {
    "user": ("id, subject, name, created", "users", "id = :whose", "id"),
    "settings": (
        "id, thread_id, state, settings, created, started, ended, locale",
        "runs",
        _OF_THREADS,
        "id",
    ),
    "shares": ("thread_id, created, expires", "shares", _OF_THREADS, "hash"),
    "pages": ("thread_id, version, state", "thread_pages", _OF_THREADS, "thread_id"),
    "feedback": (
        "message_id, positive, comment, created",
        "feedback",
        "user_id = :whose",
        "message_id",
    ),
    "files": ("id, name, mime, size, created", "files", "user_id = :whose", "id"),
    "actions": ("action_id, run_id, created", "actions", "user_id = :whose", "action_id"),
}
"""The same of what belongs to the user of an app."""

_THREAD = "id, title, created, updated, pinned, archived, leaf_id, deleted"
_MESSAGE = (
    *("id", "", "parent", "role", "status", "created", "model", "usage", "error"),
    *("error_code", "error_id", "suggestions", "deleted"),
)
_MESSAGES = text(
    "SELECT id, depth, parent_id, role, status, created, model, usage, error, error_code, error_id,"
    " suggestions, deleted FROM messages WHERE thread_id = :whose"
    " AND (depth > :depth OR depth = :depth AND id > :last)"
    " ORDER BY depth, id LIMIT :most"
)
_PARTS = text("SELECT body FROM parts WHERE message_id = :message ORDER BY position")
_JSON = ("claims", "detail", "groups", "settings", "suggestions", "usage")
"""Columns whose texts are JSON."""


def _message(row: Row, parts: Sequence[Row]) -> dict[str, Any]:
    found = {
        name: _value(name, value)
        for name, value in zip(_MESSAGE, row, strict=True)
        if name and value is not None
    }
    return {**found, "parts": [msgspec.Raw(body.encode()) for (body,) in parts]}


def _line(file: IO[bytes], names: Sequence[str], row: Row) -> None:
    found = {name: _value(name, value) for name, value in zip(names, row, strict=True)}
    file.write(msgspec.json.encode(found) + b"\n")


def _value(name: str, value: Any) -> Any:
    return msgspec.Raw(value.encode()) if name in _JSON and isinstance(value, str) else value


def _folder(app: str, taken: set[str]) -> str:
    """Return a folder for an app, whatever its name is."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", app).strip("-")[:60] or "app"
    folder, number = plain, 1
    while folder in taken:
        number += 1
        folder = f"{plain}-{number}"
    taken.add(folder)
    return folder
