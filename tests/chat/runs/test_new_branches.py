"""A new branch ends the answers of the others, also of prompts that came while it began.

No tab shows another branch: no user would see a question there, and the answers of the new
branch would wait behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from swell import ui
from swell.chat import RunLimits, Turn
from swell.testing.chat import ChatTab, chatting
from tests.chat.processes import processes
from tests.postgres import PostgresServer, new_database

PATIENT = RunLimits(release_s=30.0, grace_s=60.0)
"""Stopping waits until the test lets the handler end."""


class Asks:
    """Answers `First` until it is stopped, once slowly; asks before it answers another prompt."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.stopping = asyncio.Event()
        self.slow = True

    async def __call__(self, turn: Turn) -> AsyncIterator[str]:
        if turn.prompt == "First" and self.slow:
            self.slow = False
            try:
                yield "so far"
                await asyncio.Event().wait()
            finally:
                self.stopping.set()
                await self.let_go.wait()
        elif turn.prompt != "First":
            await turn.ask([ui.textbox("word", label="Word")])
        yield f"{turn.prompt}!"


async def check(asks: Asks, chat: ChatTab, other: ChatTab) -> None:
    """Regenerate in one tab, and prompt in the other one before the first answer has ended."""

    async def prompt() -> None:
        await asks.stopping.wait()
        await chat.send("Second", wait=False)
        asks.let_go.set()

    await other.says("so far")
    await asyncio.gather(other.regenerate(wait=False), prompt())
    for tab in (chat, other):
        await tab.says("First!")
        await tab.done()
        assert tab.texts == ["First", "First!"]


async def test_a_prompt_that_comes_while_another_tab_regenerates_asks_nobody() -> None:
    asks = Asks()
    async with chatting(asks, limits=PATIENT) as chat:
        await chat.send("First", wait=False)
        await check(asks, chat, await chat.tab(address=chat.address))


async def test_nor_does_it_in_another_process(
    postgres: PostgresServer, postgres_template: str
) -> None:
    asks, url = Asks(), new_database(postgres, postgres_template)
    async with processes(asks, asks, url=url, limits=PATIENT) as (one, two):
        first = await one.tab()
        await first.send("First", wait=False)
        await check(asks, first, await two.tab(first.address))
