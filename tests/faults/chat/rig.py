"""What the fault tests of `@chat` share: its process, a tab that knows it, and what is stored."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import sqlite3
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from swell.live.wire import Act, Welcome
from tests.e2e.conftest import ROOT, RunningApp
from tests.faults.tab import Tab

APP = "tests.faults.chat.app"


class Shown(NamedTuple):
    """A message, as a page or a database has it; `status` is empty for a prompt."""

    role: str
    text: str
    status: str


class ChatProcess(RunningApp):
    """`swell run` of the chat, on a port that stays the same over restarts.

    Attributes:
        port: Where it listens.
        folder: Where it runs and keeps its notes.
        stored: The database, looked at from outside.
    """

    def __init__(
        self,
        folder: Path,
        url: str,
        env: dict[str, str] | None = None,
        *prefix: str,
        app: str = APP,
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.folder = folder
        self.stored = Stored(url)
        folder.mkdir(exist_ok=True)
        command = [*prefix, sys.executable, "-m", "swell", "run", app, "--port", str(self.port)]
        environ = {
            "SWELL_SESSION_COOKIE": "tests",  # the same behind a proxy on another port
            "PYTHONPATH": str(ROOT),
            "XDG_DATA_HOME": str(folder / "data"),
            "SWELL_DATABASE_URL": url,
            "SWELL_DRAIN_S": "0",
            "SWELL_ACT_RATE_PER_S": "10000",
            "SWELL_ACT_BURST": "100000",
            **(env or {}),
        }
        super().__init__(command, folder, environ)

    def start(self, **env: str) -> None:
        """Start it, with further variables for this time."""
        before = self._env
        self._env = {**(before or {}), **env}
        try:
            super().start()
        finally:
            self._env = before

    def notes(self, name: str) -> list[str]:
        """Return the lines of a file of notes: `calls` has one for each call of the handler."""
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def go(self) -> None:
        """Release the handlers that hold back."""
        (self.folder / "go").touch()

    def hold(self) -> None:
        """Let handlers hold back again."""
        (self.folder / "go").unlink(missing_ok=True)


class Stored:
    """Reads the database with a separate connection, by the tables and not through Swell."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None

    def rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        """Run a query; `?` stands for a value."""
        if self.path is not None:
            with contextlib.closing(sqlite3.connect(self.path, timeout=30)) as file:
                return file.execute(statement, values).fetchall()
        import psycopg

        with psycopg.connect(self.url) as server:
            return server.execute(statement.replace("?", "%s").encode(), values).fetchall()

    def messages(self, thread_id: str) -> list[Shown]:
        """Return the messages of a thread, one branch of it, oldest first."""
        texts: dict[str, str] = {}
        for identity, body in self.rows(
            "SELECT message_id, body FROM parts WHERE type = 'text' AND message_id IN"
            " (SELECT id FROM messages WHERE thread_id = ?) ORDER BY position",
            thread_id,
        ):
            texts[identity] = texts.get(identity, "") + msgspec.json.decode(body)["text"]
        found = self.rows(
            "SELECT id, role, status FROM messages WHERE thread_id = ? AND deleted IS NULL"
            " ORDER BY depth, id",
            thread_id,
        )
        return [
            Shown(role, texts.get(identity, ""), "" if role == "user" else status)
            for identity, role, status in found
        ]

    def threads(self, person: str) -> list[str]:
        """Return the ids of a person's threads, oldest first."""
        return [
            row[0]
            for row in self.rows(
                "SELECT id FROM threads WHERE user_id IN (SELECT id FROM users WHERE subject = ?)"
                " ORDER BY n",
                person,
            )
        ]

    def prompts(self, person: str) -> list[str]:
        """Return every prompt of a person, in every thread, oldest first."""
        return [
            one.text
            for thread in self.threads(person)
            for one in self.messages(thread)
            if one.role == "user"
        ]

    def check(self) -> None:
        """See that SQLite finds nothing wrong with its file."""
        if self.path is not None:
            assert self.rows("PRAGMA integrity_check") == [("ok",)]
            assert self.rows("PRAGMA foreign_key_check") == []


def submission(text: str) -> Act:
    """Return what the prompt box of `@chat` sends."""
    event: dict[str, Any] = {"text": text, "files": [], "command": None, "mentions": []}
    return Act(str(uuid.uuid4()), {"chat": text}, "chat", ("chat", "submit", event))


class ChatTab(Tab):
    """A tab of `@chat`; it opens the thread at an address, as a browser does."""

    def __init__(self, port: int, person: str, *, address: str = "", seed: int = 0) -> None:
        super().__init__(port, seed=seed, person=person)
        self.person = person
        self._opened = address

    @property
    def address(self) -> str:
        """Location hash of the thread that is open, without `#`."""
        meta = self.state.cards.get("meta", {})
        return str(meta.get("redirect") or self._opened).removeprefix("#")

    async def _load(self, welcome: Welcome, state: Any) -> None:
        self._opened = self.address  # a page that is painted anew is not told where it is
        await super()._load(welcome, state)

    @property
    def thread(self) -> str:
        """Id of the thread that is open."""
        return self.address.removeprefix("t/")

    @property
    def shown(self) -> list[Shown]:
        """The messages as they are on the page."""
        return [Shown("user" if row[1] else "assistant", row[0], row[4] or "") for row in self.rows]

    @property
    def statuses(self) -> list[str]:
        """Where each answer stands."""
        return [one.status for one in self.shown if one.role == "assistant"]

    @property
    def generating(self) -> bool:
        """Whether the page offers to stop."""
        return bool(self.state.cards.get("chat", {}).get("generating"))

    async def submit(self, text: str) -> str:
        """Send a prompt and return the id of the action."""
        return await self.post(submission(text))

    async def ask(self, text: str) -> None:
        """Send a prompt, and wait until it is taken over and answered, or refused."""
        count = len(self.rows) + 2
        action = await self.submit(text)
        await self.acked(action)
        if action not in self.refused:
            await self.until(lambda: len(self.rows) >= count)
            await self.done()

    async def done(self) -> None:
        """Wait until no answer is being made."""
        await self.until(
            lambda: (
                "chat" in self.state.cards
                and not {"pending", "streaming"} & set(self.statuses)
                and not self.generating
            )
        )

    async def restart(self, process: ChatProcess, **env: str) -> None:
        """Kill the server, start it again, and wait until this tab has found that."""
        known = self.id
        process.kill()
        await asyncio.to_thread(process.start, **env)
        await self.until(lambda: self.online and self.id != known and "chat" in self.state.cards)

    async def new_thread(self) -> None:
        """Open a new chat."""
        self._opened = ""
        await self.acked(await self.post(Act(str(uuid.uuid4()), {"#": ""}, "#")))
        await self.until(lambda: not self.rows and not self.address)

    async def open(self, address: str) -> None:
        """Go to an address, such as that of another tab."""
        self._opened = address
        await self.acked(await self.post(Act(str(uuid.uuid4()), {"#": address}, "#")))

    async def event(self, name: str, data: Any = True) -> str:
        """Send an event of the chat card, and return the id of the action."""
        return await self.post(Act(str(uuid.uuid4()), {}, "chat", ("chat", name, data)))

    async def stop(self) -> None:
        """Press Stop, and wait until the server says that it is done and the page shows it."""
        await self.acked(await self.event("stop"))
        await self.done()

    def copy(self, port: int | None = None) -> ChatTab:
        """Return the same tab once more, which the server takes for another connection of it."""
        other = ChatTab(port or self._port, self.person)
        other.id, other._cookie = self.id, self._cookie
        return other


async def same(tab: ChatTab, process: ChatProcess) -> None:
    """Require that a tab shows what the server has, and the server what is stored."""
    async with asyncio.timeout(30):
        while True:
            async with tab.copy() as there:
                if tab.state.to_json() == there.state.to_json():
                    break
            await asyncio.sleep(0.05)  # the last refresh may be on its way
    stored = process.stored.messages(tab.thread)
    assert tab.shown == stored, f"shown: {tab.shown}\nstored: {stored}"


async def until(condition: Callable[[], Any]) -> None:
    """Wait for something in another process, which does not tell."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def logged(process: ChatProcess, words: str) -> None:
    """Wait until the log says something; a thread reads it."""
    await until(lambda: any(words in line for line in list(process.log)))


def error_ids(text: str) -> list[str]:
    """Return the ids of errors in what a person is shown."""
    return re.findall(r"\b[0-9a-f]{8}\b", text)
