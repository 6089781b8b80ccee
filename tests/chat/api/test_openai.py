"""The official client of OpenAI, talking with a `@chat` function."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import openai
import pytest

from swell.chat import Turn
from swell.chat.api.openai import OpenAIEndpoint
from swell.chat.api.sse import kept_alive
from swell.errors import ModelRateError
from swell.models import ToolCallDelta, Usage
from swell.observe import metrics
from swell.observe.instruments import instruments
from swell.observe.scrape import text_of
from swell.parts import Image, Reasoning, Source, Table, Text
from tests.chat.api.conftest import Serving

pytestmark = pytest.mark.anyio


def client(url: str, key: str = "any") -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0)


def ask(text: str = "Hello") -> Any:
    return [{"role": "user", "content": text}]


async def hello(turn: Turn) -> AsyncIterator[object]:
    yield Reasoning("Hm.")
    yield "You said: "
    yield turn.prompt
    yield Usage(7, 3)


async def test_metrics_count_the_answers_of_an_endpoint(serving: Serving) -> None:
    async def fails(turn: Turn) -> AsyncIterator[object]:
        if turn.prompt == "fail":
            raise ModelRateError()
        yield "fine"
        yield Usage(7, 3)

    def read() -> dict[str, float]:
        lines = [line for line in text_of(None).decode().splitlines() if line[:1] != "#"]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    metrics.turn_on(instruments())
    try:
        before = read()
        async with serving(OpenAIEndpoint(fails)) as url, client(url) as api:
            await api.chat.completions.create(model="swell", messages=ask())
            with pytest.raises(openai.RateLimitError):
                await api.chat.completions.create(model="swell", messages=ask("fail"))
        after = read()
    finally:
        metrics.turn_off()
    found = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert {
        name: value for name, value in found.items() if "total" in name and "swell" in name
    } == {
        "swell_prompts_total": 2,
        'swell_runs_ended_total{outcome="done"}': 1,
        'swell_runs_ended_total{outcome="failed"}': 1,
        'swell_run_failures_total{code="rate_limited"}': 1,
        'swell_tokens_total{direction="input"}': 7,
        'swell_tokens_total{direction="output"}': 3,
    }
    assert found["swell_time_to_first_token_seconds_count"] == 1


async def test_an_answer_as_a_stream_and_whole(serving: Serving) -> None:
    async with serving(OpenAIEndpoint(hello)) as url, client(url) as api:
        said, thought, usage = "", "", None
        async for chunk in await api.chat.completions.create(
            model="swell", messages=ask(), stream=True, stream_options={"include_usage": True}
        ):
            for choice in chunk.choices:
                said += choice.delta.content or ""
                thought += getattr(choice.delta, "reasoning_content", "")
            usage = chunk.usage or usage
        assert (said, thought) == ("You said: Hello", "Hm.")
        assert usage is not None
        assert (usage.prompt_tokens, usage.completion_tokens) == (7, 3)

        whole = await api.chat.completions.create(model="swell", messages=ask("Hi"))
        assert whole.choices[0].message.content == "You said: Hi"
        assert whole.choices[0].finish_reason == "stop"
        assert whole.usage is not None
        assert whole.usage.total_tokens == 10


async def test_the_app_is_in_the_list_of_models(serving: Serving) -> None:
    async with serving(OpenAIEndpoint(hello, name="docs")) as url, client(url) as api:
        assert [model.id async for model in api.models.list()] == ["docs"]


async def test_the_whole_conversation_is_the_turns(serving: Serving) -> None:
    seen: list[tuple[str, str]] = []

    async def answer(turn: Turn) -> str:
        seen.extend((message.role, message.text) for message in turn.messages)
        assert isinstance(turn.messages[-1].parts[1], Image)
        return "Yes."

    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    messages: Any = [
        {"role": "system", "content": "Obey."},
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "One."},
        {"role": "user", "content": [{"type": "text", "text": "Two?"}, picture]},
    ]
    async with serving(OpenAIEndpoint(answer)) as url, client(url) as api:
        await api.chat.completions.create(model="swell", messages=messages)
    assert seen == [("user", "One?"), ("assistant", "One."), ("user", "Two?")]


async def test_parts_arrive_as_words_and_tool_calls_do_not(serving: Serving) -> None:
    async def answer(turn: Turn) -> AsyncIterator[object]:
        yield ToolCallDelta("a", "weather", {"city": "Rome"})
        yield Text("It is warm.")
        yield Source("Rome", "https://example.com/rome")
        yield Table(columns=["city", "°C"], rows=[["Ro|me", 31]])
        yield Image("/x.png", "a map")
        yield "Done."

    async with serving(OpenAIEndpoint(answer)) as url, client(url) as api:
        whole = await api.chat.completions.create(model="swell", messages=ask())
    message = whole.choices[0].message
    assert not message.tool_calls
    assert message.content == (
        "It is warm.\n\n| city | °C |\n| --- | --- |\n| Ro\\|me | 31 |\n\n![a map](/x.png)\n\nDone."
        "\n\n1. [Rome](https://example.com/rome)"
    )


async def test_a_function_that_is_not_async_and_settings_of_the_request(serving: Serving) -> None:
    class Settings(msgspec.Struct):
        temperature: float = 1.0

    def answer(turn: Turn) -> Any:
        yield f"at {turn.settings.temperature}"

    def make(values: dict[str, Any]) -> Settings:
        return Settings(values.get("temperature", 1.0))

    async with serving(OpenAIEndpoint(answer, make_settings=make)) as url, client(url) as api:
        whole = await api.chat.completions.create(model="m", messages=ask(), temperature=0.5)
    assert whole.choices[0].message.content == "at 0.5"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("begun", [True, False])
async def test_hanging_up_cancels_the_handler(serving: Serving, stream: bool, begun: bool) -> None:
    running, cancelled = asyncio.Event(), asyncio.Event()

    async def answer(turn: Turn) -> AsyncIterator[str]:
        if begun:
            yield "It "
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def read(api: openai.AsyncOpenAI) -> None:
        if stream:
            async for _ in await api.chat.completions.create(
                model="m", messages=ask(), stream=True
            ):
                pass
        else:
            await api.chat.completions.create(model="m", messages=ask())

    async with serving(OpenAIEndpoint(answer)) as url, client(url) as api:
        reading = asyncio.create_task(read(api))
        await asyncio.wait_for(running.wait(), 10)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await asyncio.wait_for(cancelled.wait(), 2)


async def test_failures_have_a_status_before_the_first_word_and_an_event_after(
    serving: Serving,
) -> None:
    async def limited(turn: Turn) -> AsyncIterator[str]:
        if turn.prompt == "late":
            yield "It "
        raise ModelRateError(retry_after=20)

    async def broken(turn: Turn) -> str:
        raise RuntimeError("password=secret")

    async def read(api: openai.AsyncOpenAI, text: str) -> None:
        async for _ in await api.chat.completions.create(
            model="m", messages=ask(text), stream=True
        ):
            pass

    async with serving(OpenAIEndpoint(limited)) as url, client(url) as api:
        with pytest.raises(openai.RateLimitError) as early:
            await read(api, "early")
        assert early.value.response.headers["retry-after"] == "20"
        with pytest.raises(openai.APIError) as late:
            await read(api, "late")
        assert late.value.code == "rate_limited"
    async with serving(OpenAIEndpoint(broken)) as url, client(url) as api:
        with pytest.raises(openai.InternalServerError) as internal:
            await read(api, "Hi")
        assert "secret" not in str(internal.value)


async def test_asking_times_out_where_nobody_can_be_asked(serving: Serving) -> None:
    async def answer(turn: Turn) -> str:
        return "yes" if await turn.confirm("Really?") else "no"

    async with serving(OpenAIEndpoint(answer)) as url, client(url) as api:
        with pytest.raises(openai.APIStatusError) as caught:
            await api.chat.completions.create(model="m", messages=ask())
    assert caught.value.code == "ask_timeout"


async def test_with_a_key_only_who_has_it_comes_in(serving: Serving) -> None:
    async with serving(OpenAIEndpoint(hello, api_key="key-1")) as url:
        async with client(url, "key-1") as api:
            assert (await api.chat.completions.create(model="m", messages=ask())).choices
        async with client(url, "key-2") as api:
            with pytest.raises(openai.AuthenticationError):
                await api.chat.completions.create(model="m", messages=ask())


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        *({name: "203.0.113.7"} for name in ("X-Forwarded-For", "X-Real-IP", "True-Client-IP")),
        *({name: "203.0.113.7"} for name in ("CF-Connecting-IP", "Fastly-Client-IP", "Client-IP")),
        {"Forwarded": "for=203.0.113.7"},
        {"Via": "1.1 gateway"},
        {"X-Forwarded-Host": "chat.example.com"},
        {"X-Forwarded-Proto": "https"},
        {"Tailscale-User-Login": "ann@example.com"},
        {"X-Forward-For": "203.0.113.7"},
        {"CloudFront-Viewer-Address": "203.0.113.7:1"},
        {"X-Kong-Proxy-Latency": "1"},
        {"X-Proxied-By": "gateway"},
        {"Host": "chat.localhost"},
        {"Host": "203.0.113.7"},
        {"Host": "192.168.0.7:10101"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_without_a_key_only_programs_of_this_machine(
    serving: Serving, headers: dict[str, str]
) -> None:
    async with serving(OpenAIEndpoint(hello)) as url, httpx.AsyncClient(trust_env=False) as http:
        body = {"model": "m", "messages": ask()}
        allowed = await http.post(f"{url}/chat/completions", json=body)
        refused = await http.post(f"{url}/chat/completions", json=body, headers=headers)
    assert (allowed.status_code, refused.status_code) == (200, 401)


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "[" * 100_000,
        "{}",
        '{"messages": []}',
        '{"messages": [{"role": "assistant", "content": "Hi"}]}',
        '{"messages": [{"role": "user", "content": 7}]}',
        '{"messages": [{"role": "user", "content": "Hi"}], "n": 2}',
        " " * 10_000_001,
    ],
    ids=["no JSON", "nested", "empty", "no messages", "last", "a number", "two", "too long"],
)
async def test_requests_that_cannot_be_are_refused(serving: Serving, body: str) -> None:
    async with serving(OpenAIEndpoint(hello)) as url, httpx.AsyncClient(trust_env=False) as http:
        headers = {"content-type": "application/json"}
        answer = await http.post(f"{url}/chat/completions", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "'tools'"),
        ({"tool_choice": "required"}, "'tool_choice'"),
        ({"functions": [{"name": "f"}]}, "'functions'"),
        ({"response_format": {"type": "json_object"}}, "'response_format'"),
        ({"modalities": ["text", "audio"]}, "'modalities'"),
        ({"logprobs": True}, "'logprobs'"),
        ({"n": 2}, "'n'"),
        ({"messages": [*ask(), {"role": "tool", "content": "1", "tool_call_id": "a"}]}, "'tool'"),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            "messages[0] has content of type 'input_audio'",
        ),
        ({"messages": [{"role": "user", "content": [{"type": "file"}]}]}, "type 'file'"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"id": "a"}]}, *ask()]},
            "messages[0] has tool calls",
        ),
    ],
)
async def test_what_is_not_supported_is_refused_by_its_name(
    serving: Serving, more: dict[str, Any], named: str
) -> None:
    async with serving(OpenAIEndpoint(hello)) as url, httpx.AsyncClient(trust_env=False) as http:
        body = {"model": "swell", "messages": ask(), **more}
        refused = await http.post(f"{url}/chat/completions", json=body)
        assert refused.status_code == 400
        assert named in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    "more",
    [
        {"tools": [], "tool_choice": "auto", "response_format": {"type": "text"}, "n": 1},
        {"max_tokens": 5, "top_p": 1.0, "stop": ["x"], "logprobs": False, "modalities": ["text"]},
    ],
)
async def test_what_changes_nothing_is_taken(serving: Serving, more: dict[str, Any]) -> None:
    async with serving(OpenAIEndpoint(hello)) as url, client(url) as api:
        whole = await api.chat.completions.create(model="swell", messages=ask(), **more)
        assert whole.choices[0].message.content == "You said: Hello"


async def test_one_model_and_unknown_addresses_answer_in_json(serving: Serving) -> None:
    async with serving(OpenAIEndpoint(hello, name="docs")) as url, client(url) as api:
        assert (await api.models.retrieve("docs")).id == "docs"
        with pytest.raises(openai.NotFoundError, match=r"no model 'other'.*is 'docs'"):
            await api.models.retrieve("other")
        async with httpx.AsyncClient(trust_env=False) as http:
            for path in ("embeddings", "responses", ""):
                missing = await http.post(f"{url}/{path}", json={})
                assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")


async def test_a_silent_handler_sends_comments(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swell.chat.api.openai.PING_S", 0.05)
    monkeypatch.setattr(kept_alive, "__defaults__", (0.05,))
    speak = asyncio.Event()

    async def answer(turn: Turn) -> AsyncIterator[str]:
        await speak.wait()
        yield "Here."

    async with (
        serving(OpenAIEndpoint(answer)) as url,
        httpx.AsyncClient(trust_env=False) as http,
        http.stream(
            "POST", f"{url}/chat/completions", json={"messages": ask(), "stream": True}
        ) as response,
    ):
        lines = response.aiter_lines()
        seen = [await anext(lines)]
        while not seen[-1].startswith(":"):
            seen.append(await anext(lines))
        speak.set()
        rest = [line async for line in lines]
    assert any("Here." in line for line in rest)
    assert rest[-2] == "data: [DONE]"


async def test_hanging_up_on_a_whole_answer_logs_nothing(
    serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    running, cancelled = asyncio.Event(), asyncio.Event()

    async def answer(turn: Turn) -> str:
        running.set()
        try:
            await asyncio.Event().wait()
            return "never"
        finally:
            cancelled.set()

    async with serving(OpenAIEndpoint(answer)) as url, client(url) as api:
        asking = asyncio.create_task(api.chat.completions.create(model="swell", messages=ask()))
        await asyncio.wait_for(running.wait(), 10)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await asyncio.wait_for(cancelled.wait(), 10)
    assert [r for r in caplog.records if r.levelname == "ERROR"] == []
