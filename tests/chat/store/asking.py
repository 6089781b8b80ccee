"""Steps that the tests of the store share."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

from swell.chat import NewPrompt
from swell.chat.records import Accepted, Message
from swell.chat.store import Store
from swell.parts import Text


async def ask(
    store: Store, user: str, text: str, thread: str | None = None, answer: str = ""
) -> Accepted:
    """Store a prompt, with its answer when there is one."""
    made = await store.accept(
        user, NewPrompt([Text(text)], thread), action_id=f"ask {text}", settings={}
    )
    if answer:
        assert await store.start(made.run.id)
        await store.finish(made.run.id, "done", [Text(answer)])
    return made


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


async def send(store: Store, user: str, action: str, text: str = "Hi") -> str:
    return (await store.accept(user, NewPrompt([Text(text)]), action_id=action)).thread.id


def check(path: Path) -> None:
    """See that SQLite finds nothing wrong with the file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


SENDER = """
import asyncio, os, sys
from swell.chat import NewPrompt
from swell.chat.store import open_store
from swell.errors import StoreUnavailableError
from swell.parts import Text

async def main():
    store = open_store(sys.argv[1])
    {body}

asyncio.run(main())
"""


def start(url: str, body: str) -> subprocess.Popen[str]:
    """Start a process that uses the database."""
    lines = body.strip().replace("\n", "\n    ")
    return subprocess.Popen(
        [sys.executable, "-c", SENDER.format(body=lines), url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
