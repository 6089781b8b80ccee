"""Exceptions that the providers' own packages raise, against a server that refuses."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx
import openai
import pytest

from swell.errors import ModelError, ModelRateError
from swell.models import failure_of
from tests.models.upstream import Reply, upstream

pytestmark = pytest.mark.anyio

LONG = "This model's maximum context length is 8192 tokens. Reduce the length of the messages."
TOO_LONG = "prompt is too long: 210000 tokens > 200000 maximum"


def refusal(status: int, message: str = "secret details", **headers: str) -> Reply:
    body = {"type": "error", "error": {"type": "some_error", "message": message}}
    return Reply(
        json=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


async def raised_by_openai(url: str) -> Exception:
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="key", max_retries=0) as api:
        try:
            stream = await api.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "Hi"}], stream=True
            )
            async for _ in stream:
                pass
        except Exception as error:  # whatever it is, that is what is looked at
            return error
    raise AssertionError("nothing was raised")


async def raised_by_anthropic(url: str) -> Exception:
    async with anthropic.AsyncAnthropic(base_url=url, api_key="key", max_retries=0) as api:
        try:
            stream = await api.messages.create(
                model="m",
                max_tokens=9,
                messages=[{"role": "user", "content": "Hi"}],
                stream=True,
            )
            async for _ in stream:
                pass
        except Exception as error:  # whatever it is, that is what is looked at
            return error
    raise AssertionError("nothing was raised")


CASES = [
    (refusal(429), "rate_limited"),
    (refusal(401), "auth"),
    (refusal(403), "auth"),
    (refusal(400), "bad_request"),
    (refusal(404), "bad_request"),
    (refusal(400, LONG), "context_too_long"),
    (refusal(400, TOO_LONG), "context_too_long"),
    (refusal(413), "context_too_long"),
    (refusal(500), "model_failed"),
    (refusal(503), "overloaded"),
    (refusal(529), "overloaded"),
]


@pytest.mark.parametrize("raised", [raised_by_openai, raised_by_anthropic])
@pytest.mark.parametrize(("reply", "code"), CASES, ids=[f"{r.status}-{c}" for r, c in CASES])
async def test_a_refusal_has_a_stable_code_and_a_calm_sentence(
    raised: Any, reply: Reply, code: str
) -> None:
    async with upstream(reply) as server:
        error = await raised(server.url)
    failure = failure_of(error)
    assert failure is not None
    assert failure.code == code
    assert failure.__cause__ is error
    sentence = str(failure)
    assert sentence.endswith(".")
    for word in ("secret", "key=", server.url, "Error", "tokens"):
        assert word not in sentence


@pytest.mark.parametrize("raised", [raised_by_openai, raised_by_anthropic])
async def test_how_long_to_wait_is_taken_over(raised: Any) -> None:
    async with upstream(refusal(429, retry_after="20")) as server:
        failure = failure_of(await raised(server.url))
    assert isinstance(failure, ModelRateError)
    assert failure.retry_after == 20
    async with upstream(refusal(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT")) as server:
        failure = failure_of(await raised(server.url))
    assert failure is not None
    assert failure.retry_after is None


@pytest.mark.parametrize("raised", [raised_by_openai, raised_by_anthropic])
async def test_a_server_that_is_gone_or_breaks_off_is_a_connection_error(raised: Any) -> None:
    failure = failure_of(await raised("http://127.0.0.1:1"))
    assert failure is not None
    assert failure.code == "connection"
    async with upstream(Reply(cut=True)) as server:
        failure = failure_of(await raised(server.url))
    assert failure is not None
    assert failure.code == "connection"


async def test_an_overload_in_the_middle_of_a_stream() -> None:
    report = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    async with upstream(Reply([("error", report)])) as server:
        failure = failure_of(await raised_by_anthropic(server.url))
    assert failure is not None
    assert failure.code == "overloaded"
    chunk = {"error": {"message": "Rate limit reached", "type": "rate_limit_exceeded"}}
    async with upstream(Reply([chunk])) as server:
        failure = failure_of(await raised_by_openai(server.url))
    assert failure is not None
    assert failure.code == "rate_limited"


async def test_errors_of_httpx_count_too_also_inside_of_others() -> None:
    async with httpx.AsyncClient() as http:
        try:
            await http.get("http://127.0.0.1:1/v1")
        except httpx.HTTPError as error:
            wrapped = RuntimeError("could not answer")
            wrapped.__cause__ = error
            group = ExceptionGroup("tasks", [ValueError("a"), wrapped])
    for found in (wrapped, group):
        failure = failure_of(found)
        assert failure is not None
        assert failure.code == "connection"


def test_a_mistake_in_the_handler_is_not_the_models_failure() -> None:
    assert failure_of(KeyError("city")) is None
    assert failure_of(TypeError("openai")) is None


def test_our_own_errors_stay_as_they_are() -> None:
    error = ModelError("The model is being updated. Try again at noon.")
    assert failure_of(error) is error
    assert str(error) == "The model is being updated. Try again at noon."
