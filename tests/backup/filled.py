"""A database with something in every table, and everything that is in a database."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, text

from swell.backup.databases import Place
from swell.chat import NewPrompt
from swell.chat.records import Accepted, User
from swell.chat.store import Store, open_store, tables
from swell.parts import File, Text
from swell.storage.base import FileStorage
from swell.storage.database import DatabaseStorage
from swell.storage.directory import DirectoryStorage


def place_of(url: str, folder: Path) -> Place:
    """Return the place of a URL; the files of PostgreSQL are in the database."""
    server = url.startswith("postgresql")
    return Place(url if server else url.removeprefix("sqlite:///"), folder, server)


def storage_of(store: Store, folder: Path) -> FileStorage:
    """Return where an app on this store keeps files."""
    return DatabaseStorage(store.engine) if store.distributed else DirectoryStorage(folder)


async def keep(store: Store, folder: Path, user: User, name: str, content: bytes) -> str:
    """Store a file; return its address in parts."""
    storage = storage_of(store, folder)
    key = storage.new_key()
    stored = await store.add_file(
        user.id, name=name, mime="text/plain", size=len(content), path=key
    )
    await storage.put(key, content)
    return f"stored:{stored.id}"


async def converse(store: Store, user: User, action: str, prompt: str, *parts: Any) -> Accepted:
    """Store a prompt and its answer."""
    made = await store.accept(
        user.id, NewPrompt([Text(prompt), *parts]), action_id=action, settings={"tone": action}
    )
    await store.start(made.run.id)
    await store.finish(made.run.id, "done", [Text(f"An answer to {prompt}.")], model="m")
    return made


async def fill(url: str, folder: Path, app: str = "support") -> None:
    """Store two people with chats, files of several sizes, links, ratings and accounts."""
    store = open_store(url, app=app)
    await store.open()
    for name in ("ann", "bob"):
        user = await store.user(name, name.title())
        sizes = {"empty.txt": 0, "short.txt": 11, "long.bin": 600_000}
        contents = {one: os.urandom(size) for one, size in sizes.items()}
        urls = {one: await keep(store, folder, user, one, contents[one]) for one in sizes}
        shown = [File(urls[one], one, sizes[one]) for one in sizes]
        first = await converse(store, user, "1", f"The whales of {name} \u2014 日本語", *shown)
        await store.update_thread(user.id, first.thread.id, title=f"Whales of {name}")
        await store.rate(user.id, first.answer.id, name == "ann", "a comment")
        await store.share(user.id, first.thread.id, 3600)
        await store.put_thread_page(first.thread.id, 0, '{"cards": []}', "filled")
        await converse(store, user, "2", f"Ships of {name}")
        gone = await converse(store, user, "3", f"Gone of {name}")
        await store.delete_thread(user.id, gone.thread.id)
    await store.key("session")
    await store.engine.write(_add_accounts)
    await store.close()


def _add_accounts(tx: Any) -> None:
    for subject in ("ann", "bob"):
        rows: dict[str, dict[str, Any]] = {
            "accounts": {"subject": subject, "name": subject.title(), "provider": "passwords"},
            "sign_ins": {"id": f"hash-{subject}", "subject": subject, "provider": "passwords"},
            "audit": {"event": "sign_in", "subject": subject, "object": "", "app": "support"},
            "usage": {"app": "support", "subject": subject, "step": 3600, "prompts": 3},
        }
        for name, row in rows.items():
            add(tx, name, row)
    add(tx, "shared_values", {"app": "support", "name": "votes", "value": "1", "version": 3})
    add(tx, "audit", {"event": "role", "subject": "bob", "object": "ann", "detail": '{"to":"x"}'})


def add(tx: Any, name: str, row: dict[str, Any]) -> None:
    """Insert a row; columns that are not given get a value of their type."""
    table = tables.metadata.tables[name]
    complete = dict(row)
    for column in table.c:
        if column.name == "n" or column.name in row or column.nullable:
            continue
        kind = column.type.python_type
        complete[column.name] = {str: "{}", int: 7, float: 1.5}[kind]
    tx.run(insert(table).values(complete))


def everything(bound: Connection, *, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Return all rows of all tables, in an order that does not depend on the database."""
    found = {}
    for table in tables.metadata.sorted_tables:
        if table.name not in without:
            listed = ", ".join(f'"{column.name}"' for column in table.c)
            rows = bound.execute(text(f'SELECT {listed} FROM "{table.name}"'))
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


async def files_of(url: str, folder: Path, app: str = "support") -> dict[str, bytes]:
    """Return the bytes of all files, by the id of their row."""
    store = open_store(url, app=app)
    await store.open()
    try:
        rows = await store.engine.read(lambda tx: tx.rows("SELECT id, path FROM files"))
        storage = storage_of(store, folder)
        return {
            file_id: b"".join([piece async for piece in storage.read(key)]) for file_id, key in rows
        }
    finally:
        await store.close()
