"""Tools called by real clients of providers, against servers that speak their HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, Literal, TypeAlias

import anthropic
import msgspec
import openai
import pytest

from swell.chat import Tool, run_tools, tool
from swell.chat.tools.loop import MAX_RESULT
from swell.errors import ModelError
from swell.models import Compatible, Delta, ToolCallDelta
from swell.models.provider import Provider
from swell.parts import Table
from tests.models.conftest import local_only
from tests.models.folded import Folded, fold
from tests.models.upstream import (
    Reply,
    Upstream,
    chat_chunk,
    chat_stream,
    message_stream,
    tool_call,
    upstream,
)

__all__ = ["local_only"]

pytestmark = pytest.mark.anyio

ASK = [{"role": "user", "content": "How warm is it?"}]


class Place(msgspec.Struct):
    name: str


@tool
async def weather(city: str, unit: Literal["celsius", "kelvin"] = "celsius") -> dict[str, Any]:
    """Tell how warm it is somewhere.

    More of what a model should know.

    Args:
        city: Name of the city,
            in English.
        unit: Unit of the answer.

    Raises:
        ValueError: If there is no such city.
    """
    if city == "Atlantis":
        raise ValueError("There is no city Atlantis.")
    return {unit: 31 if unit == "celsius" else 304}


def called(args: str, id: str = "a", name: str = "weather", index: int = 0) -> dict[str, Any]:
    return tool_call(index, args, id=id, name=name)


def calling(*calls: dict[str, Any]) -> Reply:
    return Reply(chat_stream(*calls, finish="tool_calls"))


WARM = Reply(chat_stream("It is ", "warm."))


Model: TypeAlias = Callable[[Upstream], AbstractAsyncContextManager[tuple[object, dict[str, Any]]]]
"""Opens a client of a server; gives it with the parameters of a request."""


@asynccontextmanager
async def compatible(server: Upstream) -> AsyncIterator[tuple[object, dict[str, Any]]]:
    yield Compatible(f"{server.url}/v1", "small"), {}


@asynccontextmanager
async def official(server: Upstream) -> AsyncIterator[tuple[object, dict[str, Any]]]:
    url = f"{server.url}/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key="key", max_retries=0) as client:
        yield client, {"model": "small"}


@asynccontextmanager
async def anthropics(server: Upstream) -> AsyncIterator[tuple[object, dict[str, Any]]]:
    url = server.url
    async with anthropic.AsyncAnthropic(base_url=url, api_key="key", max_retries=0) as client:
        yield client, {"model": "m"}


async def ask(
    server: Upstream,
    *tools: Tool | Callable[..., Any],
    how: Model = compatible,
    turn: Any = ASK,
    **params: Any,
) -> tuple[Folded, list[Any]]:
    async with how(server) as (model, more):
        steps = run_tools(model, turn, tools or [weather], **more, **params)
        found = [step async for step in steps]
    return fold([step for step in found if isinstance(step, Delta)]), found


def sent(server: Upstream, request: int = -1) -> Any:
    return server.requests[request].body["messages"]


# --------------------------------------------------------------------- the description of a tool


def test_a_function_says_itself_what_a_model_has_to_know() -> None:
    assert weather.name == "weather"
    assert weather.description == (
        "Tell how warm it is somewhere.\n\nMore of what a model should know."
    )
    assert weather.schema == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Name of the city, in English."},
            "unit": {
                "enum": ["celsius", "kelvin"],
                "description": "Unit of the answer.",
                "default": "celsius",
            },
        },
        "required": ["city"],
    }


def test_structs_bounds_and_lists_are_in_the_schema() -> None:
    @tool(name="visit")
    def go(places: list[Place], days: Annotated[int, msgspec.Meta(ge=1)] = 3) -> None: ...

    assert go.name == "visit"
    assert go.schema["properties"]["days"]["minimum"] == 1
    assert go.schema["properties"]["places"]["items"] == {"$ref": "#/$defs/Place"}
    assert go.schema["$defs"]["Place"]["required"] == ["name"]


async def test_a_tool_is_still_the_function() -> None:
    assert await weather("Rome") == {"celsius": 31}


def test_parameters_that_no_model_can_give_are_refused() -> None:
    def unannotated(city) -> None: ...  # type: ignore[no-untyped-def]
    def many(*cities: str) -> None: ...
    def positional(city: str, /) -> None: ...

    for function in (unannotated, many, positional):
        with pytest.raises(TypeError, match=f"tool {function.__name__}: "):
            tool(function)


# --------------------------------------------------------------------------------------- the loop


@pytest.mark.parametrize("how", [compatible, official])
async def test_a_call_its_result_and_the_answer(how: Any) -> None:
    async with upstream(calling(called('{"city": "Rome"}')), WARM) as server:
        answer, steps = await ask(server, how=how, system="Be brief.", temperature=0)
    assert answer.text == "It is warm."
    assert answer.calls == {"a": ("weather", {"city": "Rome"}, "done", {"celsius": 31})}
    assert answer.usage == (14, 6)
    states = [step.state for step in steps if isinstance(step, ToolCallDelta)]
    assert states == ["running", "done"]
    first = server.requests[0].body
    assert first["tools"][0]["function"]["parameters"] == weather.schema
    assert first["temperature"] == 0
    function = {"name": "weather", "arguments": '{"city":"Rome"}'}
    assert sent(server) == [
        {"role": "system", "content": "Be brief."},
        *ASK,
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "a", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "a", "content": '{"celsius":31}'},
    ]


async def test_anthropics_messages_with_what_the_model_thought() -> None:
    thought = (
        {"type": "thinking", "thinking": "", "signature": ""},
        [
            {"type": "thinking_delta", "thinking": "Rome."},
            {"type": "signature_delta", "signature": "c2ln"},
        ],
    )
    use = (
        {"type": "tool_use", "id": "a", "name": "weather", "input": {}},
        [{"type": "input_json_delta", "partial_json": '{"city": "Rome"}'}],
    )
    text = ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "It is warm."}])
    calls = message_stream(thought, use)
    async with upstream(Reply(calls), Reply(message_stream(text))) as server:
        answer, _ = await ask(server, how=anthropics, system="Be brief.")
    assert (answer.reasoning, answer.text) == ("Rome.", "It is warm.")
    assert answer.calls == {"a": ("weather", {"city": "Rome"}, "done", {"celsius": 31})}
    assert server.requests[0].body["tools"][0]["input_schema"] == weather.schema
    assert server.requests[1].body["system"] == "Be brief."
    _, assistant, results = sent(server)
    assert assistant["content"][0]["signature"] == "c2ln"
    assert results["content"] == [
        {
            "type": "tool_result",
            "tool_use_id": "a",
            "content": '{"celsius":31}',
            "is_error": False,
        }
    ]


@pytest.mark.parametrize("how", [compatible, official])
async def test_what_a_provider_wants_back_goes_back(how: Any) -> None:
    def signed(signature: str) -> dict[str, Any]:
        return {"google": {"thought_signature": signature}}

    first = called('{"city": "Rome"}')
    first["tool_calls"][0]["extra_content"] = signed("S")
    details = {"type": "reasoning.text", "index": 0, "format": "x"}
    pieces: list[Any] = [
        {"reasoning_content": "x", "reasoning_details": [{**details, "text": "a"}]},
        {"reasoning_content": "x", "reasoning_details": [{**details, "text": "b"}]},
        {"reasoning_details": [{**details, "signature": "T"}]},
        {"content": "Let me ", "extra_content": signed("M"), "logprobs": 1},
        {"content": "see."},
        first,
    ]
    async with upstream(calling(*pieces), WARM) as server:
        await ask(server, how=how)
    _, message, _ = sent(server)
    assert message == {
        "role": "assistant",
        "content": "Let me see.",
        "reasoning_content": "xx",
        "reasoning_details": [{**details, "text": "ab", "signature": "T"}],
        "extra_content": signed("M"),
        "tool_calls": [
            {
                "id": "a",
                "type": "function",
                "function": {"name": "weather", "arguments": '{"city":"Rome"}'},
                "extra_content": signed("S"),
            }
        ],
    }


async def test_blocks_of_content_go_back_as_blocks() -> None:
    def thought(text: str) -> dict[str, Any]:
        block = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
        return {"content": [block]}

    pieces = [thought("Hm, "), thought("Rome."), called('{"city": "Rome"}')]
    async with upstream(calling(*pieces), WARM) as server:
        await ask(server)
    assert sent(server)[1]["content"] == thought("Hm, Rome.")["content"]


async def test_anthropics_signatures_go_back_and_empty_text_does_not() -> None:
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
        ({"type": "redacted_thinking", "data": "ZGF0YQ=="}, []),
        (
            {"type": "thinking", "thinking": "", "signature": ""},
            [{"type": "signature_delta", "signature": "c2ln"}],
        ),
        ({"type": "text", "text": ""}, []),
        ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "\n\n"}]),
        ({"type": "tool_use", "id": "a", "name": "weather", "input": {}}, []),
    ]
    text = ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "Warm."}])
    async with upstream(Reply(message_stream(*blocks)), Reply(message_stream(text))) as server:
        await ask(server, how=anthropics)
    content = sent(server)[1]["content"]
    assert [block["type"] for block in content] == ["redacted_thinking", "thinking", "tool_use"]
    assert (content[0]["data"], content[1]["signature"]) == ("ZGF0YQ==", "c2ln")


@pytest.mark.parametrize("how", [compatible, official])
async def test_a_round_that_breaks_off_calls_no_tool(how: Any) -> None:
    broken = Reply([chat_chunk(called('{"city": "Rome"}'))])
    async with upstream(broken) as server:
        with pytest.raises(ModelError) as caught:
            await ask(server, how=how)
    assert (caught.value.code, len(server.requests)) == ("connection", 1)


async def test_calls_of_one_round_run_at_the_same_time_also_in_threads() -> None:
    both = threading.Barrier(2, timeout=10)

    @tool
    def meet(name: str) -> str:
        both.wait()
        return f"{name} was there"

    calls = calling(called('{"name": "A"}', "a", "meet"), called('{"name": "B"}', "b", "meet", 1))
    async with upstream(calls, WARM) as server:
        answer, _ = await ask(server, meet)
    assert [call[2:] for call in answer.calls.values()] == [
        ("done", "A was there"),
        ("done", "B was there"),
    ]
    assert [m["content"] for m in sent(server)[-2:]] == ["A was there", "B was there"]


@pytest.mark.parametrize(
    ("args", "name", "told"),
    [
        ('{"city": "Atlantis"}', "weather", "There is no city Atlantis."),
        ('{"city": 7}', "weather", "Expected `str`, got `int` - at `$.city`"),
        ("{}", "weather", "Object missing required field `city`"),
        ("{}", "wether", "There is no tool 'wether'."),
        ("{}", "broken", "The tool failed."),
    ],
)
async def test_what_goes_wrong_is_told_to_the_model(args: str, name: str, told: str) -> None:
    @tool
    def broken() -> None:
        raise RuntimeError("password=secret")

    async with upstream(calling(called(args, name=name)), WARM) as server:
        answer, _ = await ask(server, weather, broken)
    assert answer.calls["a"][2:] == ("failed", told)
    assert sent(server)[-1]["content"] == told
    assert answer.text == "It is warm."


async def test_a_tool_that_takes_too_long_has_failed() -> None:
    @tool(timeout_s=0.01)
    async def slow() -> None:
        await asyncio.Event().wait()

    async with upstream(calling(called("{}", name="slow")), WARM) as server:
        answer, _ = await ask(server, slow)
    assert answer.calls["a"][2:] == ("failed", "slow took longer than 0.01 s.")


async def test_a_result_that_is_too_long_is_cut() -> None:
    @tool
    def long() -> str:
        return "x" * (MAX_RESULT + 1)

    async with upstream(calling(called("{}", name="long")), WARM) as server:
        await ask(server, long)
    assert sent(server)[-1]["content"] == "x" * MAX_RESULT + " [cut]"


async def test_a_part_is_shown_and_told() -> None:
    @tool
    def table() -> Table:
        return Table(columns=["city"], rows=[["Rome"]])

    async with upstream(calling(called("{}", name="table")), WARM) as server:
        _, steps = await ask(server, table)
    assert [step for step in steps if isinstance(step, Table)]
    assert '"rows":[["Rome"]]' in sent(server)[-1]["content"]


async def test_calls_with_the_same_id_in_two_rounds_are_two_steps() -> None:
    calls = [calling(called(f'{{"city": "{city}"}}')) for city in ("Rome", "Oslo")]
    async with upstream(*calls, WARM) as server:
        answer, _ = await ask(server)
    assert [call[1] for call in answer.calls.values()] == [{"city": "Rome"}, {"city": "Oslo"}]
    assert [m["tool_call_id"] for m in sent(server) if m["role"] == "tool"] == ["a", "a"]


async def test_a_model_that_never_answers_is_ended() -> None:
    async with upstream(calling(called('{"city": "Rome"}'))) as server:
        with pytest.raises(ModelError, match="kept calling tools"):
            await ask(server, max_rounds=2)
    assert [r.body.get("tool_choice") for r in server.requests] == [None, None, "none"]


async def test_ending_it_early_cancels_the_tools_and_hangs_up() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    @tool
    async def forever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with upstream(calling(called("{}", name="forever"))) as server:

        async def read() -> None:
            await ask(server, forever)

        reading = asyncio.create_task(read())
        await asyncio.wait_for(begun.wait(), 10)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert cancelled.is_set()


async def test_any_object_that_is_no_model_is_refused() -> None:
    with pytest.raises(TypeError, match="object is no model"):
        _ = [step async for step in run_tools(object(), ASK, [weather])]


# ------------------------------------------------------------------------------ asking the person


class Person:
    """The turn that a tool sees: messages, and a user who answers questions."""

    def __init__(self, *answers: bool) -> None:
        self.questions: list[str] = []
        self._answers = list(answers)

    async def messages_for(self, _: Provider, *, images: bool = False) -> list[dict[str, Any]]:
        assert not images
        return list(ASK)

    async def confirm(self, text: str) -> bool:
        self.questions.append(text)
        await asyncio.sleep(0)
        return self._answers.pop(0)


def mails(sent_to: list[str], confirm: bool | str = True) -> Tool:
    @tool(confirm=confirm)
    def mail(to: str) -> str:
        sent_to.append(to)
        return "sent"

    return mail


async def test_a_tool_runs_only_when_the_person_allows_it() -> None:
    sent_to: list[str] = []
    calls = [called('{"to": "Ann"}', "a", "mail"), called('{"to": "*Bob*"}', "b", "mail", 1)]
    person = Person(True, False)
    async with upstream(calling(*calls), WARM) as server:
        answer, steps = await ask(server, mails(sent_to), turn=person)
    assert sent_to == ["Ann"]
    assert person.questions == [
        "Allow **mail**?\n\n- to: `Ann`",
        "Allow **mail**?\n\n- to: `*Bob*`",
    ]
    assert answer.calls["a"][2:] == ("done", "sent")
    assert answer.calls["b"][2:] == ("failed", "The person did not allow this call.")
    states = [s.state for s in steps if isinstance(s, ToolCallDelta) and s.id == "a"]
    assert states == ["running", "waiting", "running", "done"]


async def test_the_question_may_be_in_the_apps_words() -> None:
    person = Person(True)
    async with upstream(calling(called('{"to": "a`b"}', name="mail")), WARM) as server:
        await ask(server, mails([], "Send the mail to {to} at {time}?"), turn=person)
    assert person.questions == ["Send the mail to `` a`b `` at {time}?"]


async def test_where_nobody_can_be_asked_nothing_is_allowed() -> None:
    sent_to: list[str] = []
    async with upstream(calling(called('{"to": "Ann"}', name="mail")), WARM) as server:
        answer, _ = await ask(server, mails(sent_to))
    assert sent_to == []
    assert answer.calls["a"][2] == "failed"


async def test_a_tool_gets_the_turn_and_no_model_sees_it() -> None:
    seen: list[object] = []

    @tool
    def who(turn: Any) -> None:
        seen.append(turn)

    person = Person()
    async with upstream(calling(called("{}", name="who")), WARM) as server:
        await ask(server, who, turn=person)
    assert seen == [person]
    assert who.schema["properties"] == {}
