"""Mistakes are errors at their line, which name what was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from swell import Q, app, ui
from swell.chat import Turn, chat
from swell.testing import isolated
from swell.testing.chat import chatting

# What a type checker would refuse is called through these.
untyped_chat: Callable[..., Any] = chat
untyped_app: Callable[..., Any] = app


async def answer(turn: Turn) -> str:
    return "yes"


async def serve(q: Q) -> None: ...


async def nothing() -> None: ...


async def two(turn: Turn, model: str) -> None: ...


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: untyped_chat(sugestions=["a"]), r"chat\(\) has no argument `sugestions`, did you"),
        (lambda: untyped_chat(suggestions="Hello"), r"write \['Hello'\]"),
        (lambda: untyped_chat(suggestions=[1]), r"a list of prompts, got \[1\]"),
        (lambda: untyped_chat(identify="ann"), r"identify must be a function.* got 'ann'"),
        (lambda: untyped_chat(limits={"history": 1}), r"limits must be a RunLimits"),
        (lambda: untyped_chat(answer), r"write @chat\('/'\) above `answer`"),
        (lambda: untyped_chat(3), r"route must be a path such as '/', got 3"),
        (lambda: untyped_chat()(nothing), r"`nothing\(.* so write `nothing\(turn: Turn\)`"),
        (lambda: untyped_chat()(two), r"`two\(turn.*model.* so write `two\(turn: Turn\)`"),
        (lambda: untyped_app(serve), r"write @app\('/'\) above `serve`"),
        (lambda: untyped_app("/", mod="unicast"), r"app\(\) has no argument `mod`, did.*`mode`"),
        (lambda: untyped_app("/")(nothing), r"so write `nothing\(q: Q\)`"),
        (
            lambda: ui.chatbot_card(box="1 1 1 1", name="a", placehoder="x"),  # type: ignore[call-arg]
            r"`ChatbotCard` has no argument `placehoder`, did you mean `placeholder`\?",
        ),
        (lambda: ui.textbox(nam="a"), r"`Textbox` has no argument `nam`, did you mean `name`"),  # type: ignore[call-arg]
        (lambda: ui.zone("a", siz="1"), r"`Zone` has no argument `siz`, did you mean `size`"),  # type: ignore[call-arg]
    ],
)
def test_a_call_that_cannot_be_meant_says_what_to_write(
    call: Callable[[], Any], message: str
) -> None:
    with isolated() as own, pytest.raises(TypeError, match=message):
        call()
    assert own.routes == {}


def test_a_missing_argument_is_still_named() -> None:
    with pytest.raises(TypeError, match="name"):
        ui.chatbot_card(box="1 1 1 1")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda turn: turn.promt, "`Turn` has no attribute `promt`, did you mean `prompt`?"),
        (
            lambda turn: turn.suggest(["a", "b"]),
            "a prompt must be text, got `list`; write turn.suggest(*prompts)",
        ),
        (lambda turn: turn.suggest(*"abcdefghijklm"), "suggest at most 12 prompts, got 13"),
    ],
)
async def test_a_mistake_with_a_turn_is_named(call: Callable[[Any], Any], message: str) -> None:
    async def handler(turn: Turn) -> str:
        with pytest.raises((AttributeError, TypeError, ValueError)) as error:
            call(turn)
        return str(error.value)

    async with chatting(handler) as client:
        await client.send("Hi")
        await client.done()
        assert client.messages[-1]["content"] == message


async def test_five_suggestions_are_all_offered() -> None:
    prompts = ["one", "two", "three", "four", "five"]

    async def handler(turn: Turn) -> str:
        turn.suggest(*turn.prompt.split())
        return "Choose."

    async with chatting(handler, suggestions=prompts) as client:
        offered = client.page.page["chat"]["suggestions"]
        assert [one["label"] for one in offered] == prompts
        await client.send(" ".join(prompts))
        await client.done()
        offered = client.page.page["chat"]["follow_ups"]
        assert [one["label"] for one in offered] == prompts
