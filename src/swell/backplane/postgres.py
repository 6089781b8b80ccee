"""A backplane over LISTEN and NOTIFY of PostgreSQL.

One connection listens and notifies. Topics share a few channels, so that a process gets little of
what it has no listener for, and messages of several topics fit into one notification. All
notifications of one iteration of the event loop are one statement.

A notification is text with fewer than 8,000 bytes, so envelopes are written in base64: it is always
a third longer, where escaping doubles every byte that is not ASCII. Longer messages are split over
several notifications. PostgreSQL delivers those of one transaction together and in order; a table
for long messages would need an expiry, vacuuming, and a query by each receiver.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import zlib
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.conninfo import conninfo_to_dict

from swell.errors import SettingError

from .envelope import OVERHEAD
from .remote import Hear, Link, LinkError, Lost, RemoteBackplane

__all__ = ["PostgresBackplane"]

SHARDS = 16
"""Channels that the topics share."""

PAYLOAD_MAX = 7_999
"""Longest notification, in bytes."""

BODY_MAX = PAYLOAD_MAX // 4 * 3 - OVERHEAD

TEST_S = 3.0
"""How long the notification that tests the connection may take, in seconds."""

_OPTIONS: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": 5,
    "application_name": "swell backplane",
    "prepare_threshold": None,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}

# One round trip; it returns no rows, since a void is not null.
_NOTIFY = b"SELECT FROM unnest($1::text[], $2::text[]) AS n (c, p) WHERE pg_notify(c, p) IS NULL"


class PostgresBackplane(RemoteBackplane):
    """The processes that use one database, and the same name.

    Args:
        url: `postgresql://user:password@host/name`, of the database itself or of a pooler in
            session mode.
        name: Name of the service; services with other names do not hear each other.

    Raises:
        SettingError: If the URL cannot be used. The message does not repeat it: it may hold a
            password.
    """

    def __init__(self, url: str, name: str) -> None:
        try:
            conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            expected = "expected `postgresql://user:password@host/name`"
            raise SettingError("backplane", "the settings", expected) from None
        prefix = f"swell1_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
        channels = [f"{prefix}_{shard:x}" for shard in range(SHARDS)]
        super().__init__(
            lambda: _PostgresLink(url),
            lambda topic: channels[zlib.crc32(topic.encode()) % SHARDS],
            prefix,
            BODY_MAX,
            "PostgreSQL",
        )


class _PostgresLink(Link):
    """One connection, driven by its socket: notifications come in between any two statements."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._hear: Hear
        self._lost: Lost
        self._socket = -1
        self._process = 0
        self._test_channel = f"swell_test_{secrets.token_hex(8)}"
        self._tested = asyncio.Event()
        self._answer: asyncio.Future[None] | None = None

    async def open(self, hear: Hear, lost: Lost) -> None:
        self._hear, self._lost = hear, lost
        if type(asyncio.get_running_loop()).__name__ == "ProactorEventLoop":
            raise SettingError(
                "backplane",
                "the settings",
                "PostgreSQL cannot be the backplane on the default event loop of Windows; "
                "set SWELL_BACKPLANE to a `valkey://` URL",
            )
        with _errors():
            self._connection = await psycopg.AsyncConnection.connect(self._url, **_OPTIONS)
            cursor = await self._connection.execute("SELECT pg_backend_pid()")
            [self._process] = await cursor.fetchone() or [0]  # a pooler invents another one
        self._pg = self._connection.pgconn
        self._socket = self._pg.socket
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        await self._test()
        # A notification that a crash of the server loses would be lost with its connections anyway.
        await self._run(lambda: self._pg.send_query(b"SET synchronous_commit = off"))
        await self._run(lambda: self._pg.send_prepare(b"notify", _NOTIFY))

    async def _test(self) -> None:
        """Hear a notification of another connection.

        Raises:
            SettingError: If it does not arrive through a pooler.
            LinkError: If it does not arrive from the database itself, which is only slow then.
        """
        await self.listen([self._test_channel], [])
        with _errors():
            async with await psycopg.AsyncConnection.connect(self._url, **_OPTIONS) as other:
                await other.execute(f"NOTIFY {self._test_channel}".encode())
        try:
            async with asyncio.timeout(TEST_S):
                await self._tested.wait()
        except TimeoutError:
            if self._process == self._pg.backend_pid:
                raise LinkError(f"a notification took more than {TEST_S:g} s") from None
            raise SettingError(
                "backplane",
                "the settings",
                "LISTEN does not work through this pooler, such as PgBouncer in transaction mode; "
                "set SWELL_BACKPLANE to the URL of the database itself or of a pooler in session "
                "mode, or to a `valkey://` URL",
            ) from None
        await self.listen([], [self._test_channel])

    async def close(self) -> None:
        if self._connection is not None:
            if self._socket >= 0:
                loop = asyncio.get_running_loop()
                loop.remove_reader(self._socket)
                loop.remove_writer(self._socket)
            await self._connection.close()

    async def listen(self, begin: Collection[str], end: Collection[str]) -> None:
        words = [f"LISTEN {name}" for name in begin] + [f"UNLISTEN {name}" for name in end]
        if words:
            await self._run(lambda: self._pg.send_query("; ".join(words).encode()))

    async def send(self, envelopes: Sequence[tuple[str, bytes]]) -> None:
        # Neither names of channels nor base64 have a character that an array would have to quote.
        channels = "{" + ",".join(channel for channel, _ in envelopes) + "}"
        payloads = b",".join(b2a_base64(envelope, newline=False) for _, envelope in envelopes)
        values = [channels.encode(), b"{" + payloads + b"}"]
        await self._run(lambda: self._pg.send_query_prepared(b"notify", values))

    async def ping(self) -> None:
        await self._run(lambda: self._pg.send_query(b"SELECT"))

    # ----------------------------------------------------------------------------------- socket

    async def _run(self, send: Callable[[], None]) -> None:
        """Run a statement and wait for its end."""
        self._answer = asyncio.get_running_loop().create_future()
        try:
            with _errors():
                send()
                self._write()
                await self._answer
        finally:
            self._answer = None

    def _write(self) -> None:
        """Send what waits, now and whenever the socket takes more."""
        loop = asyncio.get_running_loop()
        try:
            waits = self._pg.flush()
        except psycopg.Error as error:
            waits = 0
            self._fail(error)
        if waits:
            loop.add_writer(self._socket, self._write)
        else:
            loop.remove_writer(self._socket)

    def _read(self) -> None:
        """Take what has come: notifications, and the end of a statement."""
        try:
            self._pg.consume_input()
            while self._answer is not None and not self._pg.is_busy():
                result = self._pg.get_result()
                if result is None:
                    if not self._answer.done():
                        self._answer.set_result(None)
                    break
                if result.status == pq.ExecStatus.FATAL_ERROR:
                    self._fail(errors.error_from_result(result))
            # Afterwards: libpq does not look behind a result that was not taken.
            while found := self._pg.notifies():
                self._notified(found)
        except psycopg.Error as error:
            self._fail(error)

    def _notified(self, found: pq.PGnotify) -> None:
        if found.be_pid == self._process:
            return  # what this process has sent
        channel = found.relname.decode()
        if channel == self._test_channel:
            self._tested.set()
            return
        payload = b""
        with contextlib.suppress(ValueError):
            payload = a2b_base64(found.extra, strict_mode=True)
        self._hear(channel, payload)

    def _fail(self, error: Exception) -> None:
        """End with an error: of the statement that runs, and of the link."""
        asyncio.get_running_loop().remove_reader(self._socket)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(LinkError(_line(error)))
        self._lost(LinkError(_line(error)))


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """Turn errors of psycopg into `LinkError`."""
    try:
        yield
    except psycopg.Error as error:
        raise LinkError(_line(error)) from None


def _line(error: Exception) -> str:
    """One line that does not hold the password: psycopg leaves that out of its messages."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
