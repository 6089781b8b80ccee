"""Ends of answers: empty ones, answers that are too long, and failed ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from swell import ui
from swell.chat import Turn
from swell.locales import words_of
from swell.models import ReasoningDelta
from swell.parts import Card, ToolCall
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio


async def test_an_answer_that_is_too_long_ends_with_a_true_sentence() -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield "x" * 499_999
        yield "xx"

    async with chatting(answer) as chat:
        await chat.send("Go on for ever")
        message = chat.messages[-1]
        assert (chat.status, len(chat.answer)) == ("failed", 499_999)
        assert message["error_code"] == "answer_too_long"
        assert message["error"] == (
            "The answer ends here: it reached the limit of 500,000 code points."
        )


async def test_an_answer_of_too_many_parts_likewise() -> None:
    async def answer(turn: Turn) -> AsyncIterator[Any]:
        for i in range(1_001):
            yield ToolCall(str(i))

    async with chatting(answer) as chat:
        await chat.send("Go on for ever")
        assert len(chat.messages[-1]["parts"]) == 1_000
        assert chat.messages[-1]["error_code"] == "answer_too_long"


async def nothing(turn: Turn) -> None: ...


async def white_space(turn: Turn) -> AsyncIterator[str]:
    yield "\n"
    yield " "


def in_a_thread(turn: Turn) -> str:
    return ""


@pytest.mark.parametrize("handler", [nothing, white_space, in_a_thread])
async def test_a_handler_that_yields_nothing_is_a_failed_answer(
    handler: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with chatting(handler) as chat:
        await chat.send("Hello?")
        message = chat.messages[-1]
        assert (chat.status, message["error_code"]) == ("failed", "empty_answer")
        assert message["error"] == words_of().failures["empty_answer"]
    assert f"the handler '{handler.__qualname__}' yielded nothing in run " in caplog.text


async def test_a_part_alone_is_an_answer() -> None:
    async def answer(turn: Turn) -> AsyncIterator[Any]:
        yield ReasoningDelta("Hm.")

    async with chatting(answer) as chat:
        await chat.send("Hello?")
        assert chat.status == "done"


async def test_roles_alternate_after_failed_empty_and_stopped_answers() -> None:
    seen: list[list[tuple[str, str]]] = []

    async def answer(turn: Turn) -> AsyncIterator[str]:
        assert turn.as_anthropic() == turn.as_openai()
        told = turn.as_openai("Be brief.")
        assert told[0] == {"role": "system", "content": "Be brief."}
        seen.append([(m["role"], m["content"]) for m in told[1:]])
        if turn.prompt == "fail":
            raise ValueError
        yield "" if turn.prompt == "nothing" else f"re: {turn.prompt}"

    async with chatting(answer) as chat:
        for prompt in ("fail", "nothing", "one", "nothing", "two"):
            await chat.send(prompt)
        await chat.edit(-2, "three")
    assert seen[2] == [("user", "fail\n\nnothing\n\none")]
    assert seen[4] == [*seen[2], ("assistant", "re: one"), ("user", "nothing\n\ntwo")]
    assert seen[5][-1] == ("user", "nothing\n\nthree")


@pytest.mark.parametrize(
    "card",
    [
        Card([ui.text("Delete all?"), ui.button("delete", "Delete")]),
        Card([ui.text("Delete all?"), ui.buttons([ui.button("delete", "Delete")])]),
        Card([ui.text("Delete all?"), ui.inline([ui.button("delete", "Delete")])]),
        Card([ui.text("Delete all?"), ui.button("delete", "Delete")]).dump(),
        ToolCall("t", parts=[Card([ui.text("Delete all?"), ui.button("delete", "Delete")])]),
    ],
)
async def test_a_button_that_would_do_nothing_is_an_error_at_the_yield(card: Any) -> None:
    errors: list[str] = []

    async def answer(turn: Turn) -> AsyncIterator[Any]:
        yield "Hello"
        yield card

    async def caught(turn: Turn) -> AsyncIterator[Any]:
        yield Card([ui.text("Read on"), ui.button("more", "More", path="https://example.com")])

    async with chatting(answer) as chat:
        await chat.send("Go")
        assert (chat.status, chat.answer) == ("failed", "Hello")
    from swell.chat.runs.ask import refuse_buttons
    from swell.errors import PartError
    from swell.parts import to_parts

    with pytest.raises(PartError) as error:
        refuse_buttons(to_parts([card])[0])
    errors.append(str(error.value))
    assert "the button 'delete' of the card 'Delete all?' does nothing" in errors[0]
    assert "turn.ask" in errors[0]
    async with chatting(caught) as chat:
        await chat.send("Go")
        assert chat.status == "done"
