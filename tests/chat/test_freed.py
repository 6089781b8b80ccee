"""What has ended is freed at once: the garbage collector hardly ever looks at older objects."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import anyio
import anyio.lowlevel
import pytest

from swell.chat import Turn
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield turn.prompt
    yield "?"
    if turn.prompt == "Wait":
        await anyio.sleep_forever()


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Let the collector do nothing on its own."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def garbage() -> Counter[str]:
    """Return the types of ours among what only the collector frees."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        found = [type(one) for one in gc.garbage]
        return Counter(one.__name__ for one in found if one.__module__.startswith("swell"))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


@pytest.mark.usefixtures("uncollected")
async def test_an_answer_leaves_nothing_to_the_collector() -> None:
    async with chatting(echo) as chat:
        await chat.send("Hello")
        garbage()  # of the start
        await chat.send("Once more")
        await chat.send("Wait", wait=False)
        await chat.says("Wait?")
        await chat.stop()
        assert garbage() == {}


@pytest.mark.usefixtures("uncollected")
async def test_a_tab_that_is_gone_leaves_nothing_to_the_collector() -> None:
    async with chatting(echo) as chat:
        await chat.send("Hello")
        garbage()
        tab = await chat.tab()
        await tab.send("And you?")
        await tab.drop()
        broker = chat.page._broker
        client = broker.clients[tab.page._id or ""]
        broker._leave(client)
        del client, tab
        while broker._tasks:
            await anyio.lowlevel.checkpoint()
        assert garbage() == {}
