"""A backplane over PUBLISH and SUBSCRIBE of Valkey or Redis.

Each topic is one channel, so the server sends a process nothing that it does not listen to. One
connection publishes and another one listens. They are plain connections of redis-py: its `PubSub`
would connect again on its own, and a gap would go unnoticed.

In a cluster every node passes messages on to all others, so any node will do.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError

from swell.errors import SettingError

from .remote import Hear, Link, LinkError, Lost, RemoteBackplane

__all__ = ["Place", "ValkeyBackplane"]

BODY_MAX = 256 << 10
"""Longest body of an envelope, in bytes; one that is longer would hold up the others."""

CONNECT_S = 1.5
"""How long one host may take to connect, in seconds."""

_PORT, _SENTINEL_PORT = 6379, 26379


class Place(NamedTuple):
    """What a URL says.

    Attributes:
        hosts: Host and port of a server, of nodes of a cluster, or of Sentinels.
        service: Name of the service that Sentinels watch; empty without them.
        database: Number of the database.
        head: URL of a server up to its host: scheme, and user and password if there are any.
        query: Query of the URL of a server, which redis-py reads.
        sentinel: Options of connections to Sentinels.
    """

    hosts: tuple[tuple[str, int], ...]
    service: str
    database: int
    head: str
    query: str
    sentinel: dict[str, Any]

    @classmethod
    def of(cls, url: str) -> Place:
        """Read a URL.

        Raises:
            ValueError: If it is none. The message does not repeat it: it may hold a password.
        """
        parts = urlsplit(url)
        scheme, _, kind = parts.scheme.partition("+")
        secure = scheme in ("valkeys", "rediss")
        user, at, hosts = parts.netloc.rpartition("@")
        service, _, database = parts.path[1:].rpartition("/") if kind else ("", "", parts.path[1:])
        if kind and not service and not database.isdecimal():
            service, database = database, ""
        if kind and not service:
            raise ValueError("expected `valkey+sentinel://host:26379,host:26379/service`")
        if database and not database.isdecimal():
            raise ValueError("expected the number of a database after the host, such as `/0`")
        query = dict(parse_qsl(parts.query))
        sentinel: dict[str, Any] = {
            name.removeprefix("sentinel_"): query.pop(name)
            for name in ("sentinel_username", "sentinel_password")
            if name in query
        }
        if secure:
            sentinel |= {"ssl": True, "ssl_check_hostname": True}
            sentinel |= {name: value for name, value in query.items() if name.startswith("ssl_")}
        port = _SENTINEL_PORT if kind else _PORT
        return cls(
            tuple(_host(host, port) for host in hosts.split(",")),
            service,
            int(database or 0),
            f"{'rediss' if secure else 'redis'}://{user}{at}",
            urlencode(query),
            sentinel,
        )

    def connection(self, host: str, port: int) -> AbstractConnection:
        """Return a connection to a server, which is not open yet."""
        where = f"[{host}]" if ":" in host else host
        secure = {"ssl_check_hostname": True} if self.head.startswith("rediss") else {}
        pool = ConnectionPool.from_url(
            f"{self.head}{where}:{port}?{self.query}",
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=CONNECT_S,
            socket_timeout=None,  # the one that listens waits long
            socket_keepalive=True,
            client_name="swell-backplane",
            **secure,
        )
        connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
        return connection


def _host(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("expected a host, such as `valkey://host:6379/0`")
    return parts.hostname, parts.port or port


class ValkeyBackplane(RemoteBackplane):
    """The processes that use one server, one number of a database, and the same name.

    Args:
        url: As the setting `backplane`.
        name: Name of the service; services with other names do not hear each other.

    Raises:
        SettingError: If the URL cannot be used.
    """

    def __init__(self, url: str, name: str) -> None:
        try:
            place = Place.of(url)
            place.connection(*place.hosts[0])
        except (ValueError, TypeError, RedisError) as error:
            raise SettingError("backplane", "the settings", str(error)) from None
        key = hashlib.sha256(f"{name}/{place.database}".encode()).hexdigest()[:12]
        prefix = f"swell1:{key}:"
        super().__init__(
            lambda: _ValkeyLink(place),
            lambda topic: prefix + topic,
            prefix,
            BODY_MAX,
            "Valkey",
        )


class _ValkeyLink(Link):
    """Two connections to one server."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._hear: Hear
        self._lost: Lost
        self._out: AbstractConnection | None = None
        self._in: AbstractConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._awaited = 0  # confirmations of the server
        self._confirmed: asyncio.Future[None] | None = None

    async def open(self, hear: Hear, lost: Lost) -> None:
        self._hear, self._lost = hear, lost
        hosts = await self._servers()
        while True:
            self._out, self._in = (self._place.connection(*hosts[0]) for _ in range(2))
            try:
                async with _errors():
                    await self._out.connect()  # type: ignore[no-untyped-call]
                    await self._in.connect()  # type: ignore[no-untyped-call]
                break
            except LinkError:
                if len(hosts) == 1:
                    raise
                hosts = hosts[1:]
        self._reader = asyncio.create_task(self._read(self._in), name="swell-backplane-reader")

    async def _servers(self) -> Sequence[tuple[str, int]]:
        """Return the servers to try, in order."""
        place = self._place
        if not place.service:
            return random.sample(place.hosts, len(place.hosts))  # spreads the processes
        options = {"socket_connect_timeout": CONNECT_S, "socket_timeout": CONNECT_S}
        sentinel = Sentinel(  # type: ignore[no-untyped-call]
            place.hosts, sentinel_kwargs={**options, **place.sentinel}
        )
        try:
            async with _errors():
                return [await sentinel.discover_master(place.service)]
        finally:
            for client in sentinel.sentinels:
                await client.aclose()

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
        for connection in (self._out, self._in):
            if connection is not None:
                await connection.disconnect(nowait=True)

    async def listen(self, begin: Collection[str], end: Collection[str]) -> None:
        assert self._in is not None
        commands = [
            [word, *channels]
            for word, channels in (("SUBSCRIBE", begin), ("UNSUBSCRIBE", end))
            if channels
        ]
        await self._confirm(self._in, commands, len(begin) + len(end))

    async def send(self, envelopes: Sequence[tuple[str, bytes]]) -> None:
        commands = [_publish(channel.encode(), envelope) for channel, envelope in envelopes]
        await self._ask(commands)

    async def ping(self) -> None:
        assert self._in is not None
        await self._ask([b"*1\r\n$4\r\nPING\r\n"])
        await self._confirm(self._in, [["PING"]], 1)

    async def _ask(self, commands: Sequence[bytes]) -> None:
        """Run commands on the connection that publishes, and wait for all answers."""
        assert self._out is not None
        async with _errors():
            await self._out.send_packed_command(commands, check_health=False)
            for _ in commands:
                await self._out.read_response()

    async def _confirm(
        self, connection: AbstractConnection, commands: Sequence[Sequence[str]], answers: int
    ) -> None:
        """Run commands on the connection that listens; the reader counts the answers."""
        self._confirmed = asyncio.get_running_loop().create_future()
        self._awaited = answers
        async with _errors():
            await connection.send_packed_command(
                connection.pack_commands(commands), check_health=False
            )
        await self._confirmed

    async def _read(self, connection: AbstractConnection) -> None:
        """Take what the server sends to the connection that listens."""
        try:
            async with _errors():
                while True:
                    found = await connection.read_response(disable_decoding=True)
                    if found[0] == b"message":
                        self._hear(found[1].decode(errors="replace"), found[2])
                        continue
                    self._awaited -= 1
                    if self._awaited == 0 and self._confirmed is not None:
                        self._confirmed.set_result(None)
        except Exception as error:
            if self._confirmed is not None and not self._confirmed.done():
                self._confirmed.set_exception(error)
            self._lost(error)


def _publish(channel: bytes, envelope: bytes) -> bytes:
    """Return the command as it is on the wire; redis-py takes 30 times as long."""
    sizes = len(channel), channel, len(envelope), envelope
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % sizes


@asynccontextmanager
async def _errors() -> AsyncIterator[None]:
    """Turn errors of redis-py into `LinkError`."""
    try:
        yield
    except AuthenticationError as error:
        raise SettingError("backplane", "the settings", f"Valkey: {error}") from None
    except RedisError as error:
        raise LinkError(str(error).partition("\n")[0] or type(error).__name__) from None
