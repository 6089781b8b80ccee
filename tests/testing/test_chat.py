"""`swell.testing.chat`: a `@chat` app in a test."""

from __future__ import annotations

import pytest

from swell import ui
from swell.chat import Turn
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


async def test_questions_are_answered_by_the_names_of_the_handler() -> None:
    async def answer(turn: Turn) -> str:
        asked = await turn.ask(ui.textbox("city", "City?"), ui.checkbox("soon", "Soon?"))
        sure = await turn.confirm(f"{asked.city}?")
        return f"{asked.city} {asked.soon} {sure}"

    async with chatting(answer) as chat:
        await chat.send("Go", wait=False)
        assert [next(iter(item)) for item in await chat.asked()] == [
            *("textbox", "checkbox", "button"),
        ]
        with pytest.raises(ValueError, match=r"no 'town', only city, soon, submit"):
            await chat.fill(town="Rome")
        await chat.fill(city="Rome", soon=True)
        await chat.confirm(False)
        await chat.done()
        assert chat.answer == "Rome True False"
