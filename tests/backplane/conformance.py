"""What every backplane does; each runs these tests on the real thing.

class TestMemory(Conformance):
    @pytest.fixture
    async def members(self): yield two open backplanes that are connected
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from swell.backplane.base import MESSAGE_MAX, QUEUE_MAX, TOPIC_MAX, Backplane

WAIT_S = 30.0


class Heard:
    """Collects what one subscription is called with."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.gaps = 0
        self._news = asyncio.Event()

    def listen(self, message: bytes) -> None:
        self.messages.append(message)
        self._news.set()

    def gap(self) -> None:
        self.gaps += 1
        self._news.set()

    def any(self) -> bool:
        return bool(self.messages)

    def has(self, count: int) -> bool:
        return len(self.messages) == count

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not done():
                self._news.clear()
                await self._news.wait()


@pytest.mark.anyio
class Conformance:
    """Mix it into a class with the fixture `members`, which gives two that are connected."""

    async def test_a_message_reaches_those_who_listen_to_its_topic(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        heard, other = Heard(), Heard()
        two.subscribe("a", heard.listen, heard.gap)
        two.subscribe("b", other.listen, other.gap)
        await two.ready()
        one.publish("a", b"first")
        one.publish("b", b"other")
        one.publish("a", b"second")
        await heard.until(lambda: len(heard.messages) == 2)
        await other.until(lambda: len(other.messages) == 1)
        assert sorted(heard.messages) == [b"first", b"second"]
        assert other.messages == [b"other"]

    async def test_who_publishes_does_not_hear_it(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        own, others = Heard(), Heard()
        one.subscribe("a", own.listen, own.gap)
        two.subscribe("a", others.listen, others.gap)
        await one.ready()
        await two.ready()
        one.publish("a", b"mine")
        two.publish("a", b"yours")
        await own.until(own.any)
        await others.until(others.any)
        assert (own.messages, others.messages) == ([b"yours"], [b"mine"])

    async def test_nobody_is_called_after_the_end_of_a_subscription(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        ended, after = Heard(), Heard()
        end = two.subscribe("a", ended.listen, ended.gap)
        two.subscribe("a", after.listen, after.gap)
        await two.ready()
        end()
        end()
        one.publish("a", b"late")
        await after.until(after.any)
        assert ended.messages == []

    async def test_bytes_arrive_as_they_are(self, members: tuple[Backplane, Backplane]) -> None:
        one, two = members
        heard = Heard()
        topic = "t" * (TOPIC_MAX - 4) + "\u00e9" * 2
        two.subscribe(topic, heard.listen, heard.gap)
        await two.ready()
        message = bytes(range(256)) * (MESSAGE_MAX // 256)
        one.publish(topic, message)
        await heard.until(heard.any)
        assert heard.messages == [message]

    async def test_what_is_too_long_is_refused(self, members: tuple[Backplane, Backplane]) -> None:
        one, _ = members
        with pytest.raises(ValueError, match="a message has at most"):
            one.publish("a", bytes(MESSAGE_MAX + 1))
        for topic in ("", "t" * (TOPIC_MAX + 1)):
            with pytest.raises(ValueError, match="a topic has"):
                one.publish(topic, b"")
            with pytest.raises(ValueError, match="a topic has"):
                one.subscribe(topic, lambda _: None, lambda: None)

    async def test_a_flood_ends_in_a_gap_and_not_in_memory(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        heard = Heard()
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        heard.gaps = 0
        for number in range(3 * QUEUE_MAX):
            one.publish("a", b"%d" % number)
        one.publish("a", b"last")
        await heard.until(lambda: b"last" in heard.messages)
        assert heard.gaps or len(heard.messages) == 3 * QUEUE_MAX + 1

    async def test_a_listener_that_fails_harms_nobody(
        self, members: tuple[Backplane, Backplane], caplog: pytest.LogCaptureFixture
    ) -> None:
        one, two = members
        heard = Heard()

        def fail(_: bytes) -> None:
            raise RuntimeError("mistake")

        two.subscribe("a", fail, lambda: None)
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        one.publish("a", b"first")
        one.publish("a", b"second")
        await heard.until(lambda: len(heard.messages) == 2)
        assert "a backplane listener raised" in caplog.text

    async def test_it_is_known_whether_messages_travel(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        turns: list[bool] = []
        one.watch(turns.append)
        end = one.watch(lambda _: turns.clear())
        end()
        assert (one.connected, two.connected) == (True, True)
        await one.close()
        assert (one.connected, two.connected) == (False, True)
        await one.open()
        assert (one.connected, turns) == (True, [False, True])

    async def test_messages_of_one_topic_arrive_in_order(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        heard = Heard()
        two.subscribe("a", heard.listen, heard.gap)
        await two.ready()
        heard.gaps = 0
        sent = [b"%d" % number * (1 + 997 * (number % 7)) for number in range(200)]
        for message in sent:
            one.publish("a", message)
        await heard.until(lambda: len(heard.messages) == len(sent))
        assert (heard.messages, heard.gaps) == (sent, 0)

    async def test_who_has_left_neither_speaks_nor_hears(
        self, members: tuple[Backplane, Backplane]
    ) -> None:
        one, two = members
        left, kept = Heard(), Heard()
        one.subscribe("a", left.listen, left.gap)
        two.subscribe("a", kept.listen, kept.gap)
        await two.ready()
        await one.close()
        one.publish("a", b"lost")
        two.publish("a", b"unheard")
        await one.open()
        back = Heard()
        one.subscribe("a", back.listen, back.gap)
        await one.ready()
        two.publish("a", b"heard again")
        one.publish("a", b"spoken again")
        await kept.until(lambda: b"spoken again" in kept.messages)
        await back.until(lambda: b"heard again" in back.messages)
        assert kept.messages == [b"spoken again"]
        assert left.messages == []
