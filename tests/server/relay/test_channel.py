"""A channel delivers each message once and in order, whatever happens to its packets."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from swell.server.relay.channel import PENDING_BYTES, PENDING_MAX, Channel, packet
from tests.undecodable import UNDECODABLE, too_deep

pytestmark = pytest.mark.anyio


class Wire:
    """Two channels, and what happens to a packet between them."""

    def __init__(self, happens: Callable[[Callable[[], None]], None]) -> None:
        self._happens = happens
        self.heard: tuple[list[bytes], list[bytes]] = ([], [])
        self.guest = self._end("guest", "host", to_host=True, heard=self.heard[0])
        self.host = self._end("host", "guest", to_host=False, heard=self.heard[1])

    def _end(self, own: str, other: str, *, to_host: bool, heard: list[bytes]) -> Channel:
        return Channel(
            "key", own, other, to_host=to_host, publish=self._send(to_host), hear=heard.append
        )

    def _send(self, to_host: bool) -> Callable[[bytes], None]:
        def send(message: bytes) -> None:
            found = packet(message)
            assert found is not None
            end = self.host if to_host else self.guest
            self._happens(lambda: end.receive(found))

        return send

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20):
            while min(map(len, self.heard)) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def close(self) -> None:
        self.guest.close()
        self.host.close()


def bad(seed: int) -> Callable[[Callable[[], None]], None]:
    """Lose, repeat, delay and reorder by a seed."""
    choice = random.Random(seed)

    def happens(arrive: Callable[[], None]) -> None:
        for _ in range(choice.choice((0, 1, 1, 2))):
            asyncio.get_running_loop().call_later(choice.random() * 0.05, arrive)

    return happens


@pytest.mark.parametrize("seed", range(4))
async def test_every_message_arrives_once_and_in_order(seed: int) -> None:
    wire = Wire(bad(seed))
    sent = [b"%d" % number for number in range(300)]
    for message in sent:
        wire.guest.send(message)
        wire.host.send(message)
    await wire.until(len(sent))
    wire.close()
    assert wire.heard == (sent, sent)


@pytest.mark.parametrize(("size", "most"), [(7, PENDING_MAX), (1 << 20, PENDING_BYTES >> 20)])
async def test_a_process_that_never_answers_breaks_the_channel_in_the_end(
    size: int, most: int
) -> None:
    wire = Wire(lambda arrive: None)
    broken = []
    for _ in range(most + 1):
        broken.append(wire.guest.broken)
        wire.guest.send(b"x" * size)
    wire.close()
    assert (any(broken), wire.guest.broken) == (False, True)


@pytest.mark.parametrize("body", UNDECODABLE, ids=repr)
async def test_anything_else_is_no_packet(body: bytes) -> None:
    assert packet(body) is None


async def test_what_is_behind_the_fields_of_a_packet_breaks_nothing() -> None:
    assert packet(too_deep("key", "sender", True, 1, 0, "open", b"")) is None
