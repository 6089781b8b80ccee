"""What every backplane over a server survives; each runs these tests on a real server.

class TestPostgres(Faults, Conformance):
    @pytest.fixture
    async def server(self): yield what can be broken
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec
import pytest

from swell.backplane import remote
from swell.backplane.base import Backplane
from swell.backplane.outgoing import WAITING_MAX
from tests.faults.proxy import FaultProxy

from .conformance import WAIT_S, Heard


class Server(Protocol):
    """A server that a test can break."""

    port: int

    def make(self, name: str, port: int | None = None) -> Backplane:
        """Return a backplane of a service, perhaps through another port."""

    async def cut(self) -> None:
        """End the connections of all backplanes."""

    async def restart(self) -> None:
        """Kill the server, and start it again."""

    def freeze(self) -> None:
        """Let the server answer nothing."""

    def thaw(self) -> None:
        """Let it answer again."""

    async def say(self, backplane: Backplane, topic: str, payload: bytes) -> None:
        """Put something on the channel of a topic, as any other client of the server can."""


class Turns:
    """Waits for a backplane to be connected or not."""

    def __init__(self, backplane: Backplane) -> None:
        self._backplane = backplane
        self.seen: list[bool] = []
        self._news = asyncio.Event()
        backplane.watch(self._turn)

    def _turn(self, connected: bool) -> None:
        self.seen.append(connected)
        self._news.set()

    async def until(self, seen: list[bool]) -> None:
        """Wait until `connected` has had these values."""
        async with asyncio.timeout(WAIT_S):
            while self.seen[: len(seen)] != seen:
                self._news.clear()
                await self._news.wait()


def envelope(sender: bytes, number: int, previous: int, *messages: tuple[str, bytes]) -> bytes:
    """Return an envelope as it is on the wire."""
    body = msgspec.msgpack.encode(messages)
    return msgspec.msgpack.encode([sender, number, previous, 0, 1, body])


@pytest.mark.anyio
class Faults:
    """Mix it into a class with the fixtures `members` and `server`."""

    async def break_and_come_back(
        self, members: tuple[Backplane, Backplane], breaking: Callable[[], object]
    ) -> int:
        """Break something; afterwards messages arrive again. Return the number of gaps."""
        one, two = members
        heard, turns = Heard(), [Turns(one), Turns(two)]
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        heard.gaps = 0
        one.publish("a", b"before")
        await heard.until(heard.any)
        result = breaking()
        if asyncio.iscoroutine(result):
            await result
        for number in range(10):
            one.publish("a", b"%d" % number)
        for turn in turns:
            await turn.until([False, True])
        await two.ready()
        one.publish("a", b"after")
        await heard.until(lambda: b"after" in heard.messages)
        assert heard.gaps >= 1
        assert heard.messages == sorted(set(heard.messages), key=heard.messages.index)
        return heard.gaps

    async def test_a_lost_connection_is_made_again_and_the_gap_reported(
        self,
        members: tuple[Backplane, Backplane],
        server: Server,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        assert await self.break_and_come_back(members, server.cut) == 1
        lines = [one.getMessage() for one in caplog.records if one.name == "swell.backplane"]
        assert [line.partition(" to ")[0] for line in sorted(lines)] == [
            *["connected"] * 2,
            *["no connection"] * 2,
        ]

    async def test_a_server_that_restarts_is_found_again(
        self, members: tuple[Backplane, Backplane], server: Server
    ) -> None:
        await self.break_and_come_back(members, server.restart)

    @pytest.fixture
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("PING_S", "ANSWER_S", "CONNECT_S"):
            monkeypatch.setattr(remote, name, 0.5)

    async def test_a_server_that_is_silent_is_left(
        self, impatient: None, members: tuple[Backplane, Backplane], server: Server
    ) -> None:
        turns = [Turns(one) for one in members]

        async def freeze_until_it_is_noticed() -> None:
            server.freeze()
            try:
                for turn in turns:
                    await turn.until([False])
            finally:
                server.thaw()

        await self.break_and_come_back(members, freeze_until_it_is_noticed)

    @pytest.fixture
    def patient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(remote, "PING_S", 1000.0)

    async def test_two_that_speak_at_once_hear_each_other_without_a_ping(
        self, patient: None, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        heard = {one: Heard(), two: Heard()}
        for member in members:
            member.subscribe("a", heard[member].listen, heard[member].gap)
            await member.ready()
        for count in range(1, 300):
            for member in members:
                member.publish("a", b"x")
            for found in heard.values():
                await found.until(partial(found.has, count))

    async def test_it_is_ready_when_the_server_has_begun_to_listen(self, server: Server) -> None:
        with FaultProxy(server.port) as proxy:
            one, two = server.make("service"), server.make("service", proxy.port)
            heard = Heard()
            await one.open()
            await two.open()
            await two.ready()
            proxy.pause("up")  # what is sent to the server
            two.subscribe("a", heard.listen, heard.gap)
            for _ in range(10):  # it asks the server
                await asyncio.sleep(0)
            waiting = asyncio.create_task(two.ready())
            for _ in range(10):
                await asyncio.sleep(0)
            assert not waiting.done()
            proxy.resume("up")
            await waiting
            one.publish("a", b"x")
            await heard.until(heard.any)
            await one.close()
            await two.close()

    async def test_what_is_published_without_a_connection_arrives_later(
        self, server: Server
    ) -> None:
        with FaultProxy(server.port) as proxy:
            one, two = server.make("service", proxy.port), server.make("service")
            heard, turns = Heard(), Turns(one)
            await one.open()
            await two.open()
            two.subscribe("a", heard.listen, heard.gap)
            await two.ready()
            heard.gaps = 0
            proxy.offline()
            for number in range(3):
                one.publish("a", b"%d" % number)
            await turns.until([True, False])
            one.publish("a", b"3")
            proxy.online()
            await heard.until(lambda: b"3" in heard.messages)
            assert (heard.messages, heard.gaps) == ([b"0", b"1", b"2", b"3"], 0)
            await one.close()
            await two.close()

    async def test_what_is_sent_again_because_the_answer_was_lost_is_heard_once(
        self, server: Server
    ) -> None:
        with FaultProxy(server.port) as proxy:
            one, two = server.make("service", proxy.port), server.make("service")
            heard = Heard()
            await one.open()
            await two.open()
            two.subscribe("a", heard.listen, heard.gap)
            await two.ready()
            heard.gaps = 0
            proxy.pause()  # of what the server sends
            one.publish("a", b"once")
            await heard.until(heard.any)
            proxy.offline()
            proxy.online()
            one.publish("a", b"end")
            await heard.until(lambda: b"end" in heard.messages)
            assert (heard.messages, heard.gaps) == ([b"once", b"end"], 0)
            await one.close()
            await two.close()

    async def test_messages_that_the_sender_dropped_are_reported(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        heard, other = Heard(), Heard()
        two.subscribe("a", heard.listen, heard.gap)
        two.subscribe("b", other.listen, other.gap)
        await two.ready()
        one.publish("a", b"first")
        one.publish("b", b"first")
        await other.until(other.any)
        await heard.until(heard.any)
        heard.gaps = other.gaps = 0
        one.publish("b", b"lost")
        for number in range(WAITING_MAX):
            one.publish("a", b"%d" % number)
        await other.until(lambda: bool(other.gaps))
        await heard.until(lambda: b"%d" % (WAITING_MAX - 1) in heard.messages)
        assert heard.gaps
        assert other.messages == [b"first"]

    async def test_a_jump_in_the_numbers_of_a_sender_is_a_gap(
        self, members: tuple[Backplane, Backplane], server: Server
    ) -> None:
        _, two = members
        heard = Heard()
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        heard.gaps = 0
        gaps = []
        for number, previous in [(7, 3), (8, 7), (8, 7), (10, 9), (9, 8), (12, 10)]:
            message = b"%d after %d" % (number, previous)
            await server.say(two, "a", envelope(b"stranger", number, previous, ("a", message)))
        await server.say(two, "a", envelope(b"neighbor", 1, 0, ("a", b"end")))
        await heard.until(lambda: b"end" in heard.messages)
        gaps.append(heard.gaps)
        assert heard.messages == [b"7 after 3", b"8 after 7", b"10 after 9", b"12 after 10", b"end"]
        assert gaps == [1]

    async def test_what_is_no_message_is_dropped_and_logged_once(
        self,
        members: tuple[Backplane, Backplane],
        server: Server,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        _, two = members
        heard = Heard()
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        heard.gaps = 0
        whole = envelope(b"stranger", 1, 0, ("a", b"x"))
        wrong: list[object] = [
            ["stranger", 1, 0, 0, 1, b""],
            [b"short", 1, 0, 0, 1, b""],
            [b"stranger", 0, 0, 0, 1, b""],
            [b"stranger", 1, 0, 0, 10**9, b""],
            [b"another1", 1, 0, 0, 1, b"no body"],
            [b"another2", 1, 0, 0, 1, msgspec.msgpack.encode([["a", "text"]])],
            {"sender": 1},
        ]
        garbage = [b"", b"hello", whole[:-1], whole + b"x", bytes(range(256)), b"\x93" * 1000]
        for payload in [*garbage, *map(msgspec.msgpack.encode, wrong)]:
            await server.say(two, "a", payload)
        await server.say(two, "a", whole)
        await heard.until(heard.any)
        assert (heard.messages, heard.gaps) == ([b"x"], 0)
        [line] = [one for one in caplog.records if one.name == "swell.backplane"]
        assert "1 unusable messages on " in line.getMessage()

    async def test_a_listener_that_raises_at_each_message_is_logged_once(
        self, members: tuple[Backplane, Backplane], caplog: pytest.LogCaptureFixture
    ) -> None:
        one, two = members
        heard = Heard()

        def fail(_: bytes) -> None:
            raise RuntimeError("mistake")

        two.subscribe("a", fail, lambda: None)
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        for _ in range(50):
            one.publish("a", b"x")
        await heard.until(lambda: len(heard.messages) == 50)
        assert caplog.text.count("a backplane listener raised") == 1

    async def test_services_with_different_names_do_not_hear_each_other(
        self, members: tuple[Backplane, Backplane], server: Server
    ) -> None:
        one, two = members
        stranger = server.make("another service")
        await stranger.open()
        foreign, heard = Heard(), Heard()
        stranger.subscribe("a", foreign.listen, foreign.gap)
        two.subscribe("a", heard.listen, heard.gap)
        await stranger.ready()
        await two.ready()
        stranger.publish("a", b"theirs")
        await stranger.close()  # sends what waits
        one.publish("a", b"ours")
        await heard.until(heard.any)
        assert (heard.messages, foreign.messages) == ([b"ours"], [])

    async def test_what_was_published_before_the_end_is_sent(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        heard = Heard()
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        one.publish("a", b"last")
        await one.close()
        await heard.until(heard.any)
