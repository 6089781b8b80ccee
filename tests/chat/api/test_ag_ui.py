"""AG-UI events of a `@chat` function, checked with the protocol's own models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from ag_ui.core import Event, ResumeEntry, RunAgentInput, UserMessage
from pydantic import TypeAdapter

from swell import ui
from swell.chat import Turn, chat
from swell.chat.api.ag_ui import AGUIEndpoint
from swell.errors import ModelRateError
from swell.models import ReasoningDelta, ToolCallDelta, Usage
from swell.parts import Image, Source, Text
from swell.testing import isolated
from tests.chat.api.conftest import Serving

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

    async with serving(AGUIEndpoint(answer)) as url:
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
    assert by_type["TOOL_CALL_ARGS"].delta == '{"city":"Rome"}'
    assert by_type["TOOL_CALL_RESULT"].content == '{"celsius":31}'
    assert by_type["CUSTOM"].value["title"] == "Rome"
    assert (by_type["RUN_FINISHED"].thread_id, by_type["RUN_FINISHED"].run_id) == ("t", "r")
    said = [event.delta for event in found if event.type.value == "TEXT_MESSAGE_CONTENT"]
    assert "".join(said) == "Let me see.It is warm, Ann"


async def test_a_failure_closes_what_is_open_and_says_why(serving: Serving) -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield "It "
        raise ModelRateError()

    async with serving(AGUIEndpoint(answer)) as url:
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

    async with serving(AGUIEndpoint(answer)) as url:
        reading = asyncio.create_task(events(url, body()))
        await asyncio.wait_for(running.wait(), 10)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await asyncio.wait_for(cancelled.wait(), 2)


async def test_what_is_no_run_or_has_no_key_is_refused(serving: Serving) -> None:
    async def answer(turn: Turn) -> str:
        return "Hi"

    async with (
        serving(AGUIEndpoint(answer)) as open_url,
        serving(AGUIEndpoint(answer, api_key="key-1")) as url,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        assert (await http.get(open_url)).status_code == 405
        assert (await http.post(open_url, json={"messages": []})).status_code == 400
        assert (await http.post(url, json={})).status_code == 401
        headers = {"content-type": "application/json", "authorization": "Bearer key-1"}
        assert (await http.post(url, content=body(), headers=headers)).status_code == 200


async def test_a_chat_opens_both_endpoints_beside_its_page(serving: Serving) -> None:
    with isolated() as app:

        @chat("/", store=None, title="My docs", openai=True, ag_ui=True)
        async def answer(turn: Turn) -> str:
            return f"You asked: {turn.prompt}"

        async with serving(app) as url, httpx.AsyncClient(trust_env=False) as http:
            assert [event.type.value for event in await events(f"{url}/ag-ui", body())][-1] == (
                "RUN_FINISHED"
            )
            models = (await http.get(f"{url}/v1/models")).json()
            assert [model["id"] for model in models["data"]] == ["my-docs"]
            assert (await http.get(url)).headers["content-type"].startswith("text/html")
        await app.shutdown()


def resumed(interrupt: str, payload: Any = None, status: str = "resolved") -> str:
    asked = RunAgentInput.model_validate_json(body())
    entry = ResumeEntry(interrupt_id=interrupt, status=status, payload=payload)  # type: ignore[arg-type]
    asked.resume, asked.run_id = [entry], "r2"
    return asked.model_dump_json(by_alias=True, exclude_none=True)


def said(found: list[Any]) -> str:
    return "".join(e.delta for e in found if e.type.value == "TEXT_MESSAGE_CONTENT")


async def confirming(turn: Turn) -> AsyncIterator[object]:
    yield "Deleting. "
    yield "Done." if await turn.confirm("Delete it?") else "Kept."


async def naming(turn: Turn) -> AsyncIterator[object]:
    form = [ui.text("Who?"), ui.textbox("name", label="Name"), ui.checkbox("sure", label="Sure")]
    given = await turn.ask(form)
    yield f"{given.name}, {given.sure}"


async def test_usage_is_told_at_the_end(serving: Serving) -> None:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        yield "Hi"
        yield Usage(7, 3)

    async with serving(AGUIEndpoint(answer)) as url:
        [usage] = (await events(url, body()))[-1].usage
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (7, 3, 10)


@pytest.mark.parametrize(
    ("payload", "status", "text"),
    [
        (True, "resolved", "Done."),
        ({"yes": True}, "resolved", "Done."),
        (False, "resolved", "Kept."),
        ({"no": True}, "resolved", "Kept."),
        (None, "cancelled", "Kept."),
    ],
)
async def test_a_confirmation_is_an_interrupt_that_a_later_run_resumes(
    serving: Serving, payload: Any, status: str, text: str
) -> None:
    async with serving(AGUIEndpoint(confirming)) as url:
        first = await events(url, body())
        assert said(first) == "Deleting. "
        assert first[-2].type.value == "TEXT_MESSAGE_END"
        [interrupt] = first[-1].outcome.interrupts
        assert (interrupt.reason, interrupt.message) == ("confirmation", "Delete it?")
        second = await events(url, resumed(interrupt.id, payload, status))
        assert (second[0].run_id, said(second)) == ("r2", text)
        assert second[-1].outcome is None


async def test_a_form_says_what_may_be_answered(serving: Serving) -> None:
    async with serving(AGUIEndpoint(naming)) as url, httpx.AsyncClient(trust_env=False) as http:
        [interrupt] = (await events(url, body()))[-1].outcome.interrupts
        assert interrupt.message == "Who?"
        properties = interrupt.response_schema["properties"]
        assert properties["name"] == {"type": "string", "title": "Name"}
        assert properties["sure"] == {"type": "boolean", "title": "Sure"}
        headers = {"content-type": "application/json"}
        for wrong in ({"nam": "Ann"}, {"name": 3}, "Ann", {"sure": "yes"}):
            refused = await http.post(url, content=resumed(interrupt.id, wrong), headers=headers)
            assert refused.status_code == 400, wrong
        found = await events(url, resumed(interrupt.id, {"name": "Ann", "sure": True}))
        assert said(found) == "Ann, True"


async def test_an_interrupt_is_resumed_once_and_in_its_thread(serving: Serving) -> None:
    async with serving(AGUIEndpoint(confirming)) as url, httpx.AsyncClient(trust_env=False) as http:
        [interrupt] = (await events(url, body()))[-1].outcome.interrupts
        headers = {"content-type": "application/json"}
        elsewhere = resumed(interrupt.id, True).replace('"threadId":"t"', '"threadId":"u"')
        assert (await http.post(url, content=elsewhere, headers=headers)).status_code == 400
        await events(url, resumed(interrupt.id, True))
        again = await http.post(url, content=resumed(interrupt.id, True), headers=headers)
        assert again.status_code == 400
        assert "not open" in again.json()["error"]


async def test_a_question_that_nobody_answers_ends_its_handler(serving: Serving) -> None:
    ended = asyncio.Event()

    async def answer(turn: Turn) -> str:
        try:
            return str(await turn.confirm("Sure?", timeout_s=0.05))
        finally:
            ended.set()

    async with serving(AGUIEndpoint(answer)) as url, httpx.AsyncClient(trust_env=False) as http:
        [interrupt] = (await events(url, body()))[-1].outcome.interrupts
        await asyncio.wait_for(ended.wait(), 10)
        headers = {"content-type": "application/json"}
        late = await http.post(url, content=resumed(interrupt.id, True), headers=headers)
        assert late.status_code == 400


async def test_pictures_come_along_and_other_media_are_refused(serving: Serving) -> None:
    seen: list[object] = []

    async def answer(turn: Turn) -> str:
        seen.extend(turn.messages[-1].parts)
        return "Yes"

    picture = {
        "type": "image",
        "source": {"type": "data", "value": "AA==", "mimeType": "image/png"},
    }
    async with serving(AGUIEndpoint(answer)) as url, httpx.AsyncClient(trust_env=False) as http:
        content = [{"type": "text", "text": "What?"}, picture]
        message = UserMessage.model_validate({"id": "1", "content": content})
        asked = RunAgentInput.model_validate_json(body())
        asked.messages = [message]
        await events(url, asked.model_dump_json(by_alias=True, exclude_none=True))
        assert seen == [Text("What?"), Image("data:image/png;base64,AA==", "image")]
        for kind in ("audio", "video", "document"):
            other = {**picture, "type": kind}
            asked.messages = [UserMessage.model_validate({"id": "1", "content": [other]})]
            sent = asked.model_dump_json(by_alias=True, exclude_none=True)
            headers = {"content-type": "application/json"}
            refused = await http.post(url, content=sent, headers=headers)
            assert (refused.status_code, f"'{kind}'" in refused.json()["error"]) == (400, True)


async def test_the_result_of_a_failed_tool_says_so(serving: Serving) -> None:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        yield ToolCallDelta("a", "weather", {})
        yield ToolCallDelta("a", state="failed")

    async with serving(AGUIEndpoint(answer)) as url:
        found = await events(url, body())
    [result] = [event for event in found if event.type.value == "TOOL_CALL_RESULT"]
    assert result.content == "The tool failed."
