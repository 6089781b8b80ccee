"""The `litellm` package's own functions, their streams and errors read by us."""

from __future__ import annotations

import litellm
import pytest

from swell.models import Delta, Reader, failure_of
from tests.models.folded import Folded, fold
from tests.models.providers.test_openai import COMPLETED, responses_stream, text_event
from tests.models.upstream import Reply, Upstream, chat_stream, tool_call, upstream

pytestmark = pytest.mark.anyio


async def completion(server: Upstream) -> Folded:
    reader, found = Reader(), list[Delta]()
    stream = await litellm.acompletion(
        model="openai/m",
        base_url=f"{server.url}/v1",
        api_key="key",
        messages=[{"role": "user", "content": "How warm is it?"}],
        stream=True,
        num_retries=0,
        stream_options={"include_usage": True},
    )
    async for chunk in stream:
        found += reader.read(chunk)
    return fold(found)


async def test_text_reasoning_tool_calls_and_usage() -> None:
    pieces = [
        {"reasoning_content": "Hm, "},
        {"reasoning_content": "Rome."},
        "It is warm.",
        tool_call(0, '{"city":', id="a", name="weather"),
        tool_call(0, ' "Rome"}'),
    ]
    async with upstream(Reply(chat_stream(*pieces, finish="tool_calls"))) as server:
        answer = await completion(server)
    assert (answer.reasoning, answer.text) == ("Hm, Rome.", "It is warm.")
    assert answer.calls == {"a": ("weather", {"city": "Rome"}, "running", None)}
    assert answer.usage == (7, 3)


async def test_responses() -> None:
    said = text_event("response.output_text.delta", "Warm.", content_index=0, logprobs=[])
    reader, found = Reader(), list[Delta]()
    async with upstream(Reply(responses_stream(said, end=COMPLETED))) as server:
        stream = await litellm.aresponses(
            model="openai/gpt-4.1",  # of other models it asks for no stream
            api_base=f"{server.url}/v1",
            api_key="key",
            input="Hi",
            stream=True,
        )
        async for event in stream:
            found += reader.read(event)
    answer = fold(found)
    assert (answer.text, answer.usage) == ("Warm.", (7, 3))


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (429, "slow down", "rate_limited"),
        (401, "secret", "auth"),
        (400, "no", "bad_request"),
        (400, "This model's maximum context length is 8192 tokens", "context_too_long"),
        (503, "later", "overloaded"),
    ],
)
async def test_errors(status: int, message: str, code: str) -> None:
    async with upstream(Reply(json={"error": {"message": message}}, status=status)) as server:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - each status has its own class
            await completion(server)
    failure = failure_of(caught.value)
    assert failure is not None
    assert failure.code == code
    assert message not in str(failure)


async def test_a_server_that_is_not_there() -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        await completion(Upstream([], url="http://127.0.0.1:1"))
    failure = failure_of(caught.value)
    assert failure is not None
    assert failure.code == "connection"
