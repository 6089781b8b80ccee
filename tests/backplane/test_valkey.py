"""The backplane over Valkey or Redis, on real servers."""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from swell.backplane.base import Backplane
from swell.backplane.open import open_backplane
from swell.backplane.valkey import Place, ValkeyBackplane
from swell.errors import SettingError
from swell.settings.table import Settings
from tests.programs import Program
from tests.redis_server import RedisServer, redis_server

from .conformance import Conformance, Heard
from .faults import Faults, Turns

__all__ = ["redis_server"]

pytestmark = pytest.mark.anyio


class Breakable:
    """The server, as the tests of faults use it."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self.port = server.port

    def make(self, name: str, port: int | None = None) -> Backplane:
        return ValkeyBackplane(f"redis://127.0.0.1:{port or self.port}", name)

    async def cut(self) -> None:
        for kind in ("pubsub", "normal"):
            self._server.run("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")

    async def restart(self) -> None:
        self._server.kill()
        await asyncio.to_thread(self._server.start)

    def freeze(self) -> None:
        self._server.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._server.signal(signal.SIGCONT)

    async def say(self, backplane: Backplane, topic: str, payload: bytes) -> None:
        assert isinstance(backplane, ValkeyBackplane)
        self._server.client.publish(backplane.channel_of(topic), payload)


class TestValkey(Faults, Conformance):
    """Two processes of one service."""

    @pytest.fixture
    def server(self, redis_server: RedisServer) -> Breakable:
        return Breakable(redis_server)

    @pytest.fixture
    async def members(self, server: Breakable) -> AsyncIterator[tuple[Backplane, Backplane]]:
        name = secrets.token_hex(4)
        one, two = server.make(name), server.make(name)
        await one.open()
        await two.open()
        yield one, two
        await one.close()
        await two.close()

    async def test_flushall_loses_nothing(
        self, members: tuple[Backplane, Backplane], redis_server: RedisServer
    ) -> None:
        one, two = members
        heard = Heard()
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        heard.gaps = 0
        one.publish("a", b"before")
        redis_server.client.flushall()
        one.publish("a", b"after")
        await heard.until(lambda: b"after" in heard.messages)
        assert (heard.messages, heard.gaps) == ([b"before", b"after"], 0)

    async def test_one_lost_connection_of_the_two_is_enough_to_connect_again(
        self, members: tuple[Backplane, Backplane], redis_server: RedisServer
    ) -> None:
        one, two = members
        heard, turns = Heard(), [Turns(one), Turns(two)]
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        redis_server.run("CLIENT", "KILL", "TYPE", "pubsub")
        for turn in turns:
            await turn.until([False, True])
        await two.ready()
        one.publish("a", b"after")
        await heard.until(heard.any)

    async def test_numbers_of_databases_keep_services_apart(
        self, redis_server: RedisServer
    ) -> None:
        first, other, same = [
            await open_backplane(Settings(backplane=redis_server.url(number)))
            for number in (0, 1, 0)
        ]
        heard, foreign = Heard(), Heard()
        same.subscribe("a", heard.listen, heard.gap)
        other.subscribe("a", foreign.listen, foreign.gap)
        await same.ready()
        await other.ready()
        first.publish("a", b"x")
        await heard.until(heard.any)
        await other.close()
        assert foreign.messages == []
        await first.close()
        await same.close()


async def talk(one: Backplane, two: Backplane) -> None:
    """Let two hear each other."""
    for here, there in ((one, two), (two, one)):
        heard = Heard()
        end = there.subscribe("a", heard.listen, heard.gap)
        await there.ready()
        here.publish("a", b"hello")
        await heard.until(heard.any)
        end()


@pytest.fixture
def cluster(program: Program) -> Iterator[list[RedisServer]]:
    """Start three nodes of a cluster."""
    nodes = [
        RedisServer(program("redis-server"), "cluster-enabled yes", "cluster-node-timeout 1000")
        for _ in range(3)
    ]
    try:
        for number, node in enumerate(nodes):
            first, last = number * 16384 // 3, (number + 1) * 16384 // 3 - 1
            node.run("CLUSTER", "ADDSLOTSRANGE", first, last)
            meet = ("127.0.0.1", node.port, node.bus_port)
            nodes[0].run("CLUSTER", "MEET", *meet)
        until = time.monotonic() + 30
        while any(
            b"cluster_state:ok" not in node.run("CLUSTER", "INFO")
            or len(node.run("CLUSTER", "NODES").splitlines()) < 3
            for node in nodes
        ):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield nodes
    finally:
        for node in nodes:
            node.close()


async def test_the_nodes_of_a_cluster_pass_messages_on(cluster: list[RedisServer]) -> None:
    one, two = (
        ValkeyBackplane(f"redis://127.0.0.1:{node.port}", "service") for node in cluster[:2]
    )
    await one.open()
    await two.open()
    await talk(one, two)
    await one.close()
    await two.close()


async def test_another_node_is_found_when_one_is_gone(cluster: list[RedisServer]) -> None:
    hosts = ",".join(f"127.0.0.1:{node.port}" for node in cluster)
    one, two = (ValkeyBackplane(f"valkey://{hosts}/0", "service") for _ in range(2))
    await one.open()
    await two.open()
    await talk(one, two)
    cluster[0].kill()
    cluster[1].kill()  # at least one of the two has lost its node, or both share the third
    await talk(one, two)
    await one.close()
    await two.close()


async def test_sentinels_name_the_server_also_after_a_failover(program: Program) -> None:
    redis = program("redis-server")
    main = RedisServer(redis, "repl-diskless-sync-delay 0")
    replica = RedisServer(redis, f"replicaof 127.0.0.1 {main.port}")
    watch = [f"sentinel monitor chat 127.0.0.1 {main.port} 1"]
    watch += ["sentinel down-after-milliseconds chat 500", "sentinel failover-timeout chat 2000"]
    until = time.monotonic() + 30
    while main.run("ROLE")[2] == []:  # Sentinels find the replica when they begin, or much later
        assert time.monotonic() < until
        await asyncio.sleep(0.05)
    sentinel = RedisServer(redis, *watch, sentinel=True)
    try:
        url = f"valkey+sentinel://127.0.0.1:1,127.0.0.1:{sentinel.port}/chat/0"
        one, two = (ValkeyBackplane(url, "service") for _ in range(2))
        await one.open()
        await two.open()
        await talk(one, two)
        turns = [Turns(one), Turns(two)]
        main.kill()
        for turn in turns:
            await turn.until([False, True])
        assert replica.run("ROLE")[0] == b"master"
        await talk(one, two)
        await one.close()
        await two.close()
    finally:
        for server in (sentinel, replica, main):
            server.close()


async def test_a_wrong_password_is_refused_at_the_start(program: Program) -> None:
    server = RedisServer(program("redis-server"))
    try:
        server.client.config_set("requirepass", "right")
        for user in ("", ":wrong@"):
            url = f"valkey://{user}127.0.0.1:{server.port}"
            with pytest.raises(SettingError, match=r"^setting 'backplane' .* Valkey: ") as refused:
                await open_backplane(Settings(backplane=url))
            assert "wrong@" not in str(refused.value)
        opened = await open_backplane(
            Settings(backplane=f"valkey://:right@127.0.0.1:{server.port}")
        )
        assert opened.connected
        await opened.close()
    finally:
        server.close()


async def test_an_access_list_needs_a_few_commands_and_the_channels(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = [
        "+publish",
        "+subscribe",
        "+unsubscribe",
        "+ping",
        "+client",
        "resetchannels",
        "&swell1:*",
    ]
    redis_server.run("ACL", "SETUSER", "chat", "on", ">secret", *allowed)
    url = f"redis://chat:secret@127.0.0.1:{redis_server.port}"
    one, two = [await open_backplane(Settings(backplane=url)) for _ in range(2)]
    await talk(one, two)
    redis_server.run("ACL", "SETUSER", "chat", "resetchannels")  # ends the subscriptions
    turns = Turns(two)
    await turns.until([False])
    assert not two.connected
    redis_server.run("ACL", "SETUSER", "chat", "&swell1:*")
    await turns.until([False, True])
    await talk(one, two)
    assert "secret" not in caplog.text
    await one.close()
    await two.close()


@pytest.fixture
def certificate(program: Program, tmp_path: Path) -> Path:
    """Make a certificate for `localhost`, and its key beside it."""
    file = tmp_path / "cert.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -out {file}"
    words += f" -keyout {tmp_path / 'key.pem'} -addext subjectAltName=DNS:localhost"
    subprocess.run([program("openssl"), *words.split()], check=True, capture_output=True)
    return file


async def test_over_tls_the_name_and_the_authority_of_the_server_are_checked(
    program: Program, certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lines = [f"tls-port {port}", f"tls-cert-file {certificate}", "tls-auth-clients no"]
    lines += [f"tls-key-file {certificate.with_name('key.pem')}"]
    server = RedisServer(program("redis-server"), *lines)
    try:
        trusted = f"ssl_ca_certs={certificate}"
        right = f"valkeys://localhost:{port}?{trusted}"
        one, two = [await open_backplane(Settings(backplane=right)) for _ in range(2)]
        await talk(one, two)
        await one.close()
        await two.close()
        for wrong in (f"valkeys://127.0.0.1:{port}?{trusted}", f"valkeys://localhost:{port}"):
            caplog.clear()
            refused = await open_backplane(Settings(backplane=wrong))
            assert not refused.connected
            assert "certificate verify failed" in caplog.text
            await refused.close()
    finally:
        server.close()


@pytest.mark.parametrize(
    ("url", "hosts", "service", "database", "head"),
    [
        ("valkey://host", (("host", 6379),), "", 0, "redis://"),
        ("rediss://u:p%40@host:1/3", (("host", 1),), "", 3, "rediss://u:p%40@"),
        ("redis://:p@a:1,b,[::1]:2/", (("a", 1), ("b", 6379), ("::1", 2)), "", 0, "redis://:p@"),
        ("valkey+sentinel://a,b:1/chat", (("a", 26379), ("b", 1)), "chat", 0, "redis://"),
        ("valkeys+sentinel://p@a/chat/2", (("a", 26379),), "chat", 2, "rediss://p@"),
    ],
)
def test_a_url_names_hosts_service_and_database(
    url: str, hosts: tuple[tuple[str, int], ...], service: str, database: int, head: str
) -> None:
    place = Place.of(url)
    assert (place.hosts, place.service, place.database, place.head) == (
        hosts,
        service,
        database,
        head,
    )


def test_sentinels_have_a_password_and_certificates() -> None:
    url = "valkeys+sentinel://:a@s/chat?sentinel_password=b&ssl_ca_certs=/ca.pem"
    place = Place.of(url)
    assert place.sentinel == {
        "password": "b",
        "ssl": True,
        "ssl_ca_certs": "/ca.pem",
        "ssl_check_hostname": True,
    }
    assert place.query == "ssl_ca_certs=%2Fca.pem"


@pytest.mark.parametrize(
    "url",
    [
        "valkey://",
        "valkey://host:port",
        "valkey://host/name",
        "valkey+sentinel://host",
        "valkey+sentinel://host/0",
        "valkey://host?no_such_option=1",
    ],
)
async def test_a_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match=r"^setting 'backplane' from the settings: "):
        await open_backplane(Settings(backplane=url))
