"""Values of tools and models that no browser holds exactly: shown, stored, and opened again."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from swell import ui
from swell.chat import Turn
from swell.chat.tools import tool
from swell.models import Compatible, ReasoningDelta, TextDelta, ToolCallDelta
from swell.parts import Card, File, Part, Source, Table, ToolCall
from swell.testing.chat import chatting
from tests.models.conftest import local_only
from tests.models.upstream import Reply, chat_stream, upstream

from .tools.test_arguments import called
from .tools.test_tools import WARM, ask

__all__ = ["local_only"]

pytestmark = pytest.mark.anyio

BIG = 1234567890123456789
HIGH, LOW = "\ud83d", "\ude00"


def nested(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


GIVEN: dict[str, Any] = {
    "big": BIG,
    "huge": -(2**70),
    "digits": 10**5000,
    "inf": math.inf,
    "nan": math.nan,
    "bytes": b"abc",
    "raw": b"\xff",
    "nested": nested(100_000),
    "reserved": {"~b": 1},
    "half": f"a{HIGH}",
    f"key{LOW}": f"{HIGH}{LOW}",
    "kept": [1, 2.5, True, None, "ü"],
}
SHOWN: dict[str, Any] = {
    "big": "1234567890123456789",
    "huge": "-1180591620717411303424",
    "digits": hex(10**5000),
    "inf": "inf",
    "nan": "nan",
    "bytes": "abc",
    "raw": "b'\\xff'",
    "reserved": '{"~b":1}',
    "half": "a\ufffd",
    "key\ufffd": "😀",
    "kept": [1, 2.5, True, None, "ü"],
}


@pytest.mark.parametrize("kind", ["delta", "dict", "part", "table"])
async def test_steps_show_values_exactly_also_when_the_chat_is_opened_again(
    kind: str, tmp_path: Path
) -> None:
    async def answer(turn: Turn) -> AsyncIterator[Any]:
        match kind:
            case "delta":
                yield ToolCallDelta("c", "t", GIVEN, "done", GIVEN)
            case "dict":
                yield {"type": "tool_call", "name": "t", "args": GIVEN, "result": GIVEN}
            case "part":
                yield ToolCall("t", GIVEN, result=GIVEN)
            case _:
                yield Table(["a", "b"], [[GIVEN, BIG], [f"x{HIGH}", math.inf]])

    url = f"sqlite:///{tmp_path}/chat.db"
    async with chatting(answer, store=url) as chat:
        await chat.send("Go")
        assert chat.status == "done"
        before = chat.messages[-1]["parts"][0]
        await chat.server.restart()
        again = await chat.server.tab(address=chat.address)
        assert again.messages[-1]["parts"][0] == before
    if kind == "table":
        assert before["rows"][0][1] == str(BIG)
        assert before["rows"][1] == ["x\ufffd", "inf"]
        found = before["rows"][0][0]
    else:
        assert before["result"] == before["args"]
        found = before["args"]
    assert found.pop("nested")[0]
    assert found == SHOWN


async def test_every_text_of_an_answer_is_well_formed(tmp_path: Path) -> None:
    half = f"a{HIGH}b"
    fixed = "a\ufffdb"

    async def answer(turn: Turn) -> AsyncIterator[Any]:
        turn.title(half)
        turn.suggest(half)
        yield ReasoningDelta(half)
        yield TextDelta(half)
        parts: list[Part] = [
            ToolCall(half, half, result=half),
            Source(half, quote=half),
            File(half, "/a"),
            Table([half], [[half]]),
            Card([ui.text(half)]),
        ]
        for part in parts:
            yield part
        turn.title(half)

    async with chatting(answer, store=f"sqlite:///{tmp_path}/chat.db") as chat:
        await chat.send("Go")
        assert chat.status == "done"
        shown = chat.messages[-1]["parts"]
        assert HIGH not in repr(shown)
        thought, text, call, source, file, table, card = shown
        assert thought["text"] == text["text"] == fixed
        assert call["name"] == call["args"] == call["result"] == fixed
        assert source["title"] == source["quote"] == file["name"] == fixed
        assert table["columns"] == [fixed]
        assert table["rows"] == [[fixed]]
        assert card["items"][0]["text"]["content"] == fixed
        assert chat.threads == [fixed]
        assert [s["label"] for s in chat.page.page["chat"]["follow_ups"]] == [fixed]


@pytest.mark.parametrize("delta", [TextDelta, ReasoningDelta])
async def test_the_halves_of_one_character_are_joined(delta: Any) -> None:
    async def answer(turn: Turn) -> AsyncIterator[Any]:
        for piece in (f"a{HIGH}", f"{LOW}b", HIGH, LOW, HIGH, f"c{LOW}", HIGH):
            yield delta(piece)
        if delta is ReasoningDelta:
            yield "Answer"

    async with chatting(answer) as chat:
        await chat.send("Go")
        message = chat.messages[-1]
        text = message["content"] if delta is TextDelta else message["parts"][0]["text"]
        assert text == "a😀b😀\ufffdc\ufffd\ufffd"


async def test_a_half_before_a_part_is_replaced() -> None:
    async def answer(turn: Turn) -> AsyncIterator[Any]:
        yield f"a{HIGH}"
        yield Source("one")
        yield f"{LOW}b"

    async with chatting(answer) as chat:
        await chat.send("Go")
        assert chat.messages[-1]["parts"][0]["text"] == "a\ufffd"
        assert chat.answer == "\ufffdb"


async def test_a_question_and_an_error_with_half_a_character() -> None:
    async def answer(turn: Turn) -> str:
        await turn.ask(ui.textbox("a", f"Name{HIGH}?"), timeout_s=0)
        return ""

    async with chatting(answer) as chat:
        await chat.send("Go")
        assert (chat.status, chat.messages[-1]["error_code"]) == ("failed", "ask_timeout")


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        (2**60, "1152921504606846976"),
        ({"id": 2**70}, '{"id":1180591620717411303424}'),
        (b"abc", "abc"),
        (f"a{HIGH}", "a\ufffd"),
        ({"text": f"a{HIGH}"}, '{"text":"a\ufffd"}'),
    ],
)
async def test_the_model_gets_what_a_tool_returned(returned: object, told: str) -> None:
    @tool
    def wipe(pattern: str = "*") -> Any:
        return returned

    async with upstream(called("{}"), WARM) as server:
        answer, _ = await ask(server, wipe)
        assert server.requests[-1].body["messages"][-1]["content"] == told
    assert answer.calls["a"][2] == "done"


async def test_arguments_with_half_a_character_and_large_numbers() -> None:
    got: list[object] = []

    @tool
    def wipe(pattern: str, ids: list[int]) -> str:
        got.append((pattern, ids))
        return "deleted"

    pieces = called(f'{{"pattern": "a\\ud83d", "ids": [{BIG}, {2**70}]}}')
    async with upstream(pieces, WARM) as server:
        answer, _ = await ask(server, wipe)
        sent = server.requests[-1].body["messages"][-2]["tool_calls"][0]["function"]
    assert got == [("a\ufffd", [BIG, 2**70])]
    assert answer.calls["a"][2] == "done"
    assert sent["arguments"].startswith('{"pattern":"a\ufffd"')


async def test_the_halves_of_one_character_over_http_are_joined() -> None:
    async with upstream(Reply(chat_stream(f"a{HIGH}", f"{LOW}b", f"c{LOW}"))) as server:
        model = Compatible(f"{server.url}/v1", "small")

        async def answer(turn: Turn) -> AsyncIterator[Any]:
            async for delta in model.stream(turn.as_openai()):
                yield delta

        async with chatting(answer) as chat:
            await chat.send("Go")
            assert (chat.status, chat.answer) == ("done", "a😀bc\ufffd")
