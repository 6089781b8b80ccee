"""`moving_clock`: timeouts in a test, without waiting."""

from __future__ import annotations

import pytest

from swell.chat import Turn
from swell.errors import AskTimeoutError
from swell.testing import (
    moving_clock,
)
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


async def test_a_clock_that_is_moved_ends_what_waits() -> None:
    async def answer(turn: Turn) -> str:
        try:
            return "yes" if await turn.confirm("Sure?", timeout_s=600) else "no"
        except AskTimeoutError:
            return "too late"

    with moving_clock() as clock:
        async with chatting(answer) as chat:
            await chat.send("Go", wait=False)
            await chat.asked()
            clock.move(599)
            await chat.page.event("chat", "search", {"query": "x"})
            assert await chat.asked()
            clock.move(2)
            await chat.done()
            assert chat.answer == "too late"
        with pytest.raises(ValueError, match="only goes forward"):
            clock.move(-1)
