"""AG-UI events of a `@chat` function, checked with the protocol's own models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from ag_ui.core import Event, RunAgentInput, UserMessage
from pydantic import TypeAdapter

from swell import main
from swell.chat import Turn, chat
from swell.chat.doors.ag_ui import AGUIDoor
from swell.errors import ModelRateError
from swell.models import ReasoningDelta, ToolCallDelta
from swell.parts import Source
from swell.testing import isolated
from tests.chat.doors.conftest import Serving

pytestmark = pytest.mark.anyio

EVENTS: TypeAdapter[Any] = TypeAdapter(Event)


def body(text: str = "Hello") -> str:
    message = UserMessage(id="1", role="user", content=text)
    asked = RunAgentInput(
        thread_id="t",
        run_id="r",
        messages=[message],
        state={},
        tools=[],
        context=[],
        forwarded_props={},
    )
    return asked.model_dump_json(by_alias=True)


async def events(url: str, content: str) -> list[Any]:
    headers = {"content-type": "application/json", "accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        http.stream("POST", url, content=content, headers=headers) as response,
    ):
        assert response.status_code == 200
        lines = [line async for line in response.aiter_lines() if line]
    return [EVENTS.validate_json(line.removeprefix("data: ")) for line in lines]


async def test_text_reasoning_tool_calls_and_other_parts(serving: Serving) -> None:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        yield ReasoningDelta("Hm, ")
        yield ReasoningDelta("Rome.")
        yield "Let me see."
        yield ToolCallDelta("a", "weather")
        yield ToolCallDelta("a", "weather", {"city": "Rome"})
        yield ToolCallDelta("a", state="done", result={"celsius": 31})
        yield Source("Rome", "https://example.com")
        yield "It is warm, "
        yield turn.prompt

    async with serving(AGUIDoor(answer)) as url:
        found = await events(url, body("Ann"))
    assert [event.type.value for event in found] == [
        "RUN_STARTED",
        "REASONING_START",
        "REASONING_MESSAGE_START",
        "REASONING_MESSAGE_CONTENT",
        "REASONING_MESSAGE_CONTENT",
        "REASONING_MESSAGE_END",
        "REASONING_END",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS",
        "TOOL_CALL_END",
        "TOOL_CALL_RESULT",
        "CUSTOM",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "RUN_FINISHED",
    ]
    by_type = {event.type.value: event for event in found}
    assert by_type["TOOL_CALL_ARGS"].delta == '{"city": "Rome"}'
    assert by_type["TOOL_CALL_RESULT"].content == '{"celsius": 31}'
    assert by_type["CUSTOM"].value["title"] == "Rome"
    assert (by_type["RUN_FINISHED"].thread_id, by_type["RUN_FINISHED"].run_id) == ("t", "r")
    said = [event.delta for event in found if event.type.value == "TEXT_MESSAGE_CONTENT"]
    assert "".join(said) == "Let me see.It is warm, Ann"


async def test_a_failure_closes_what_is_open_and_says_why(serving: Serving) -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield "It "
        raise ModelRateError()

    async with serving(AGUIDoor(answer)) as url:
        found = await events(url, body())
    assert [event.type.value for event in found][-2:] == ["TEXT_MESSAGE_END", "RUN_ERROR"]
    assert found[-1].code == "rate_limited"


async def test_hanging_up_cancels_the_handler(serving: Serving) -> None:
    running, cancelled = asyncio.Event(), asyncio.Event()

    async def answer(turn: Turn) -> AsyncIterator[str]:
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        yield ""

    async with serving(AGUIDoor(answer)) as url:
        reading = asyncio.create_task(events(url, body()))
        await asyncio.wait_for(running.wait(), 10)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await asyncio.wait_for(cancelled.wait(), 2)


async def test_what_is_no_run_or_has_no_key_is_refused(serving: Serving) -> None:
    async def answer(turn: Turn) -> str:
        return "Hi"

    async with (
        serving(AGUIDoor(answer)) as open_url,
        serving(AGUIDoor(answer, api_key="key-1")) as url,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        assert (await http.get(open_url)).status_code == 405
        assert (await http.post(open_url, json={"messages": []})).status_code == 400
        assert (await http.post(url, json={})).status_code == 401
        headers = {"content-type": "application/json", "authorization": "Bearer key-1"}
        assert (await http.post(url, content=body(), headers=headers)).status_code == 200


async def test_a_chat_opens_both_doors_beside_its_page(serving: Serving) -> None:
    with isolated():

        @chat("/", store=None, title="My docs", openai=True, ag_ui=True)
        async def answer(turn: Turn) -> str:
            return f"You asked: {turn.prompt}"

        async with serving(main) as url, httpx.AsyncClient(trust_env=False) as http:
            assert [event.type.value for event in await events(f"{url}/ag-ui", body())][-1] == (
                "RUN_FINISHED"
            )
            models = (await http.get(f"{url}/v1/models")).json()
            assert [model["id"] for model in models["data"]] == ["my-docs"]
            assert (await http.get(url)).headers["content-type"].startswith("text/html")
        await main.shutdown()
