"""Calls of a turn without `await`: an error instead of a skipped confirmation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from swell import ui
from swell.chat import Turn
from swell.errors import NotAwaitedError
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio

Use = Callable[[Any], object]

USES: dict[str, Use] = {
    "if": lambda turn: "deleted" if turn.confirm("Delete all?") else "kept",
    "not": lambda turn: not turn.confirm("Delete all?"),
    "and": lambda turn: turn.confirm("Delete all?") and "deleted",
    "==": lambda turn: turn.confirm("Delete all?") == True,  # noqa: E712
    "!=": lambda turn: turn.confirm("Delete all?") != False,  # noqa: E712
    "in": lambda turn: turn.confirm("Delete all?") in (True, 1),
    "&": lambda turn: turn.confirm("Delete all?") & True,
    "str": lambda turn: str(turn.ask(ui.textbox("name"))),
    "format": lambda turn: f"Hello {turn.ask(ui.textbox('name'))}",
    "attribute": lambda turn: turn.ask(ui.textbox("name")).name,
    "index": lambda turn: turn.ask(ui.textbox("name"))["name"],
    "contains": lambda turn: "name" in turn.ask(ui.textbox("name")),
    "iterate": lambda turn: list(turn.ask(ui.textbox("name"))),
    "read": lambda turn: b"x" in turn.files[0].read(),
    "text": lambda turn: f"Say what this is about: {turn.files[0].text()}",
    "openai": lambda turn: list(turn.as_openai(images=True)),
    "anthropic": lambda turn: turn.as_anthropic(images=True)[0],
    "wait": lambda turn: "stopped" if turn.cancelled.wait() else "",
    "drop": lambda turn: turn.confirm("Delete all?") and None,
}


async def test_whoever_takes_it_for_the_result_is_told_to_await(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR, "swell.chat")
    raised: dict[str, str] = {}

    async def answer(turn: Turn) -> str:
        for name, use in USES.items():
            with pytest.raises(NotAwaitedError) as error:
                use(turn)
            raised[name] = str(error.value)
        return "kept"

    async with chatting(answer, attachments=True) as chat:
        await chat.attach("Delete all", [("a.txt", b"x")])
        assert chat.answer == "kept"
    for name, message in raised.items():
        assert f"{__file__}:" in message, name
        assert "write `await turn." in message or "write `await file." in message, name
    assert not caplog.records  # each was reported once, by the error


async def test_the_answer_fails_when_nothing_catches_it() -> None:
    deleted: list[str] = []

    async def answer(turn: Any) -> str:  # as an app without annotations
        if turn.confirm("Delete all?"):
            deleted.append("all")
        return "Deleted."

    async with chatting(answer) as chat:
        await chat.send("Delete all")
        assert (chat.status, chat.answer) == ("failed", "")
    assert deleted == []


@pytest.mark.parametrize("threaded", [False, True])
async def test_one_that_is_dropped_is_in_the_log(
    threaded: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(turn: Turn) -> str:
        turn.confirm("Sure?")  # type: ignore[unused-coroutine]
        return "Done."

    def answer_in_thread(turn: Turn) -> str:
        turn.confirm("Sure?")  # type: ignore[unused-coroutine]
        return "Done."

    async with chatting(answer_in_thread if threaded else answer) as chat:
        await chat.send("Go")
        assert chat.answer == "Done."
    (said,) = [r.getMessage() for r in caplog.records if "await" in r.getMessage()]
    assert said.startswith(f"turn.confirm() at {__file__}:")
    assert said.endswith("was not awaited; write `await turn.confirm(...)`")


async def test_one_that_is_yielded_is_named() -> None:
    errors: list[str] = []

    async def answer(turn: Turn) -> Any:
        try:
            yield turn.ask(ui.textbox("name"))
        finally:
            errors.append("closed")

    async with chatting(answer) as chat:
        await chat.send("Go")
        assert chat.status == "failed"
    assert errors == ["closed"]


@pytest.mark.parametrize("how", ["await", "task", "gather", "wait_for", "threadsafe"])
async def test_every_way_to_await_works(how: str) -> None:
    async def answer(turn: Turn) -> str:
        asked = turn.confirm("Sure?")
        match how:
            case "task":
                said = await asyncio.create_task(asked)
            case "gather":
                (said,) = await asyncio.gather(asked)
            case "wait_for":
                said = await asyncio.wait_for(asked, 10)
            case "threadsafe":
                loop = asyncio.get_running_loop()
                future = asyncio.run_coroutine_threadsafe(asked, loop)
                said = await asyncio.wrap_future(future)
            case _:
                said = await asked
        return "yes" if said else "no"

    async with chatting(answer) as chat:
        await chat.send("Go", wait=False)
        await chat.page.until(lambda _: chat.messages[-1]["parts"])
        (card,) = chat.messages[-1]["parts"]
        yes = card["items"][1]["buttons"]["items"][0]["button"]["name"]
        await chat.page.act(yes)
        await chat.done()
        assert chat.answer == "yes"
