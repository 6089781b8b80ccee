"""Ann, who has one of everything, and what another user must not get of it."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.chat.page.test_ownership import Ids

from .rig import HERE, Peer, Target, tab, target
from .test_documents import upload

__all__ = ["Ann", "Browser", "acting", "ann", "dump", "people"]

SECRET = "kept-between-us"
CONTENT = b"in a file of hers"

_KEPT = ("threads", "messages", "parts", "shares", "files", "file_uses", "feedback", "actions")


NUMBERS = itertools.count()


class Browser(NamedTuple):
    """One person's browser.

    Attributes:
        peer: A tab of it.
        head: What a proxy adds to each of its requests.
    """

    peer: Peer
    head: dict[str, str]

    @property
    def lines(self) -> list[str]:
        """Cookie and headers of its requests."""
        return [
            f"Cookie: {self.peer.cookie}",
            *(f"{name}: {one}" for name, one in self.head.items()),
        ]


class Ann(NamedTuple):
    """What Ann has.

    Attributes:
        browser: Her browser, in which the chat with all this is open.
        ids: Ids of what is hers.
        upload: Address of a file that she has uploaded.
        linked: Address of a file in her chat.
        exported: Address of a chat as a file.
        token: Token of a link that she has shared.
    """

    browser: Browser
    ids: Ids
    upload: str
    linked: str
    exported: str
    token: str


@contextlib.contextmanager
def people(folder: Path, **settings: object) -> Any:
    """Serve `people.py` in a folder."""
    limits = {
        "act_rate_per_s": 10_000,
        "act_burst": 100_000,
        "drain_s": 0,
        "api_key": "the-key-of-programs",
    }
    with target(folder, app=HERE / "people.py", **{**limits, **settings}) as running:
        yield running


async def enter(running: Target, name: str, **options: Any) -> Browser:
    """Open a tab of a person."""
    head = {"X-Login": name} if name else {}
    peer = await tab(running.port, **options, **head)
    await peer.painted()
    return Browser(peer, head)


async def acting(peer: Peer, **act: Any) -> dict[str, Any]:
    """Send an action; return its ack."""
    sent = {"t": "act", "id": f"a{next(NUMBERS)}", "args": {}, **act}
    peer.send(**sent)
    while True:
        ack = await peer.message("ack")
        if ack["id"] == sent["id"]:
            return ack


async def say(peer: Peer, text: str, **event: Any) -> dict[str, Any]:
    """Send a prompt."""
    return await acting(peer, name="chat", args={"chat": text}, **event)


@contextlib.asynccontextmanager
async def ann(running: Target, folder: Path) -> AsyncIterator[Ann]:
    """Let Ann come, say a secret, and do all that leaves an id."""
    browser = await enter(running, "ann")
    peer = browser.peer
    address = await upload_as(running, browser, "a.txt", CONTENT)
    event = ["chat", "submit", {"files": [address.split("/")[-2]]}]
    assert (await acting(peer, name="chat", args={"chat": SECRET}, event=event))["st"] == "ok"
    linked = (await peer.shown(rb'"(/_f/[^"]+/a\.txt)"'))[1].decode()
    await peer.shown(b"says " + SECRET.encode())
    thread = rows(folder, "SELECT id FROM threads")[0][0]
    share = ["threads", "command", {"id": thread, "name": "share"}]
    peer.send(t="act", id="share", args={}, event=share)
    await peer.shown(b'"new_link"')
    peer.send(t="act", id="link", name="new_link", args={"new_link": thread})
    token = (await peer.shown(rb"#s/([A-Za-z0-9_-]{32})"))[1].decode()
    peer.send(
        t="act",
        id="export",
        args={},
        event=["threads", "command", {"id": thread, "name": "export"}],
    )
    exported = (await peer.shown(rb'"(/_f/[^"]+\.json)"'))[1].decode()
    asking = await enter(running, "ann", cookie=peer.cookie)
    asking.peer.send(t="act", id="ask", name="chat", args={"chat": "Ask"})
    question = (await asking.peer.shown(rb"ask-([0-9a-zA-Z]+)-"))[1].decode()
    waiting = await enter(running, "ann", cookie=peer.cookie)
    waiting.peer.send(t="act", id="wait", name="chat", args={"chat": "Wait"})
    await waiting.peer.shown(b"Begun")
    gone = await enter(running, "ann", cookie=peer.cookie)
    await say(gone.peer, "Deleted")
    await gone.peer.shown(b"says Deleted")
    prompts = dict(rows(folder, _PROMPTS))
    deleted = prompts["Deleted"]
    await acting(gone.peer, event=["threads", "delete", {"id": deleted}])
    ids = rows(folder, "SELECT id FROM messages WHERE thread_id = ? ORDER BY created", thread)
    found = Ids(
        thread=thread,
        running=prompts["Wait"],
        deleted=deleted,
        prompt=ids[0][0],
        answer=ids[1][0],
        removed=ids[1][0],
        question=question,
        upload=address.split("/")[-2],
    )
    others = (asking.peer, waiting.peer, gone.peer)
    for one in others:
        one.idle()
    try:
        yield Ann(browser, found, address, linked, exported, token)
    finally:
        for one in (peer, *others):
            one.drop()


_PROMPTS = """
SELECT json_extract(p.body, '$.text'), m.thread_id FROM messages m
JOIN parts p ON p.message_id = m.id WHERE m.role = 'user'
"""


async def upload_as(running: Target, browser: Browser, name: str, content: bytes) -> str:
    """Upload a file in a user's browser, and return its address."""
    return await upload(running.port, browser.peer, name, content, **browser.head)


def rows(folder: Path, statement: str, *values: object) -> list[Any]:
    """Return rows of a target's database."""
    with contextlib.closing(sqlite3.connect(folder / "chat.db")) as connection:
        return connection.execute(statement, values).fetchall()


def dump(folder: Path) -> str:
    """Return all that the database has of people's chats."""
    found = {name: sorted(map(repr, rows(folder, f"SELECT * FROM {name}"))) for name in _KEPT}
    return json.dumps(found, indent=1)


def addresses(text: bytes) -> set[str]:
    """Return the addresses of files in a text."""
    return {one.decode() for one in re.findall(rb"/_f/[^\"']+", text)}
