"""Tools and the arguments that models get wrong: a tool never runs with anything made up."""

from __future__ import annotations

from typing import Any

import pytest

from swell.chat.tools import Tool, run_tools, tool
from swell.models import Compatible, Delta, ToolCallDelta
from tests.models.conftest import local_only
from tests.models.folded import fold
from tests.models.upstream import Reply, Upstream, chat_stream, message_stream, tool_call, upstream

from .test_tools import ASK, WARM, Model, anthropics, compatible, official

__all__ = ["local_only"]

pytestmark = pytest.mark.anyio


def wiping(wiped: list[str]) -> Tool:
    @tool
    def wipe(pattern: str = "*") -> str:
        """Delete files."""
        wiped.append(pattern)
        return "deleted"

    return wipe


def called(*pieces: Any, finish: str = "tool_calls") -> Reply:
    """Return an answer that calls `wipe` with arguments that come in these pieces."""
    first, *more = pieces
    begin = {"tool_calls": [{"index": 0, "id": "a", "type": "function"}]}
    begin["tool_calls"][0]["function"] = {"name": "wipe", "arguments": first}
    return Reply(chat_stream(begin, *[tool_call(0, piece) for piece in more], finish=finish))


async def ask(server: Upstream, wiped: list[str], how: Model = compatible) -> Any:
    """Return the state and the result of the call, and what the model gets of it."""
    async with how(server) as (model, params):
        steps = [step async for step in run_tools(model, ASK, [wiping(wiped)], **params)]
    answer = fold([step for step in steps if isinstance(step, Delta)])
    assert answer.text == "It is warm."
    result = server.requests[-1].body["messages"][-1]
    told = result["content"] if isinstance(result["content"], str) else result["content"][0]
    return answer.calls["a"][2], answer.calls["a"][3], told


@pytest.mark.parametrize("how", [compatible, official])
@pytest.mark.parametrize(
    ("pieces", "finish", "reason"),
    [
        (['{"pattern": "/tmp/ca'], "length", "cut off"),
        (["", '{"pat', 'tern": "/tmp/ca'], "tool_calls", "Unterminated string"),
        (["{'pattern': '/tmp'}"], "tool_calls", "in double quotes"),
        (['{"pattern": "/tmp"', "} and that is it"], "tool_calls", "Extra data"),
        (['{"pattern": "/tmp"}', '{"pattern": "/var"}'], "tool_calls", "Extra data"),
        (['{"pattern": NaN}'], "tool_calls", "NaN"),
        (['{"pattern": "a", "pattern": "*"}'], "tool_calls", "'pattern' is given twice"),
        (['["/tmp"]'], "tool_calls", "an array"),
        (["7"], "tool_calls", "a number"),
        (["false"], "tool_calls", "a boolean"),
        (['"/tmp"'], "tool_calls", "a string"),
        (['```json\n{"pattern": "/tmp"}\n```'], "tool_calls", "Expecting value"),
        (["", ""], "length", "cut off"),
        ([""], "content_filter", "cut off"),
        (['{"pattern": "' + "x" * 1_000_000 + '"}'], "tool_calls", "longer than 1,000,000"),
        (["[" * 100_000], "tool_calls", "nested"),
    ],
)
async def test_a_tool_is_not_called_with_arguments_that_are_no_object(
    pieces: list[str], finish: str, reason: str, how: Any
) -> None:
    wiped: list[str] = []
    async with upstream(called(*pieces, finish=finish), WARM) as server:
        state, shown, told = await ask(server, wiped, how)
    assert wiped == []
    assert state == "failed"
    assert shown == told
    assert told.startswith("wipe was not called: ")
    assert reason in told
    assert "".join(pieces)[:20] in told
    call = server.requests[-1].body["messages"][-2]["tool_calls"][0]
    assert call["function"]["arguments"] == "{}"  # chat templates parse it


@pytest.mark.parametrize("given", [["/tmp"], 7, False])
async def test_values_in_place_of_text_are_refused_likewise(given: Any) -> None:
    wiped: list[str] = []
    async with upstream(called(given), WARM) as server:
        state, _, told = await ask(server, wiped)
    assert (wiped, state) == ([], "failed")
    assert told.startswith("wipe was not called: ")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ('{"patern": "/tmp/cache"}', "unknown field `patern`"),
        ('{"pattern": ["/tmp"]}', "Expected `str`, got `array` - at `$.pattern`"),
        ('{"pattern": null}', "Expected `str`, got `null` - at `$.pattern`"),
    ],
)
async def test_names_and_types_that_do_not_fit_are_told(arguments: str, reason: str) -> None:
    wiped: list[str] = []
    async with upstream(called(arguments), WARM) as server:
        state, _, told = await ask(server, wiped)
    assert (wiped, state) == ([], "failed")
    assert reason in told


@pytest.mark.parametrize("pieces", [[""], [" \n"], ["null"], [None], ["{}"], ["", "{", "}"], [{}]])
async def test_no_arguments_are_none(pieces: list[Any]) -> None:
    wiped: list[str] = []
    async with upstream(called(*pieces), WARM) as server:
        state, _, _ = await ask(server, wiped)
    assert (wiped, state) == (["*"], "done")


async def test_arguments_that_are_an_object_already() -> None:
    wiped: list[str] = []
    async with upstream(called({"pattern": "/tmp"}), WARM) as server:
        state, _, _ = await ask(server, wiped)
    assert (wiped, state) == (["/tmp"], "done")


def used(*pieces: str, reason: str = "tool_use") -> Reply:
    block = {"type": "tool_use", "id": "a", "name": "wipe", "input": {}}
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    events = message_stream((block, deltas))
    events[-2][1]["delta"]["stop_reason"] = reason
    return Reply(events)


SAID = Reply(
    message_stream(({"type": "text", "text": ""}, [{"type": "text_delta", "text": "It is warm."}]))
)


@pytest.mark.parametrize(
    ("pieces", "stop", "reason"),
    [
        (["", '{"pattern": "/tmp/ca'], "max_tokens", "cut off"),
        ([], "max_tokens", "cut off"),
        (['{"pattern": "/tmp/ca'], "tool_use", "Unterminated string"),
        (["{'pattern': '/tmp'}"], "tool_use", "in double quotes"),
        (['["/tmp"]'], "tool_use", "an array"),
        (['{"pattern": "/tmp"}', " done"], "tool_use", "Extra data"),
    ],
)
async def test_anthropics_tools_are_not_called_either(
    pieces: list[str], stop: str, reason: str
) -> None:
    wiped: list[str] = []
    async with upstream(used(*pieces, reason=stop), SAID) as server:
        state, shown, told = await ask(server, wiped, anthropics)
    assert (wiped, state) == ([], "failed")
    assert told["content"] == shown
    assert told["is_error"] is True
    assert told["content"].startswith("wipe was not called: ")
    assert reason in told["content"]
    use = server.requests[-1].body["messages"][-2]["content"][0]
    assert use["input"] == {}


@pytest.mark.parametrize("pieces", [[], [""], ["{}"]])
async def test_anthropics_tools_without_arguments(pieces: list[str]) -> None:
    wiped: list[str] = []
    async with upstream(used(*pieces), SAID) as server:
        state, _, _ = await ask(server, wiped, anthropics)
    assert (wiped, state) == (["*"], "done")


async def test_a_good_call_beside_a_bad_one_runs() -> None:
    wiped: list[str] = []
    good = tool_call(0, '{"pattern": "/tmp"}', id="a", name="wipe")
    bad = tool_call(1, '{"pattern": "/va', id="b", name="wipe")
    async with upstream(Reply(chat_stream(good, bad, finish="length")), WARM) as server:
        model = Compatible(f"{server.url}/v1", "small")
        steps = [step async for step in run_tools(model, ASK, [wiping(wiped)])]
    assert wiped == ["/tmp"]
    ended = {s.id: s.state for s in steps if isinstance(s, ToolCallDelta)}
    assert ended == {"a": "done", "b": "failed"}
