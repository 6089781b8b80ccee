"""Exceptions that the providers' own packages raise, against a server that refuses."""

from __future__ import annotations

import datetime
import email.utils
import http
import traceback
from typing import Any

import anthropic
import httpx
import openai
import pytest

from swell.errors import ModelError, ModelRateError
from swell.models import failure_of
from swell.models.failures import failure_of_report
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


class FromAnywhere(Exception):  # noqa: N818 - of an SDK
    """An exception of an SDK that is not known here, with what its kind carries."""

    def __init__(self, message: str = "secret", **carries: Any) -> None:
        super().__init__(message)
        self.__dict__.update(carries)


class Answer:
    """A response, as `httpx` and `requests` have it."""

    def __init__(self, status_code: int, **headers: str) -> None:
        self.status_code, self.headers = status_code, httpx.Headers(headers)


THROTTLED = {
    "Error": {"Code": "ThrottlingException", "Message": "secret"},
    "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {"Retry-After": "7"}},
}
SDKS: dict[str, tuple[dict[str, Any], str, float | None]] = {
    "groq": (
        {"status_code": 429, "response": Answer(429, **{"retry-after": "7"})},
        "rate_limited",
        7,
    ),
    "mistralai": ({"status_code": 429, "headers": {"Retry-After": "7"}}, "rate_limited", 7),
    "mistralai raw": ({"raw_response": Answer(429)}, "rate_limited", None),
    "cohere": ({"status_code": 401, "body": {"message": "secret"}}, "auth", None),
    "cohere long": ({"status_code": 400, "body": {"message": LONG}}, "context_too_long", None),
    "google-genai": ({"code": 429, "status": "RESOURCE_EXHAUSTED"}, "rate_limited", None),
    "google-api": ({"code": http.HTTPStatus.SERVICE_UNAVAILABLE}, "overloaded", None),
    "boto": ({"response": THROTTLED}, "rate_limited", 7),
    "requests": ({"response": Answer(503)}, "overloaded", None),
    "ollama": ({"status_code": 404}, "bad_request", None),
    "aiohttp": ({"status": 502}, "connection", None),
}


@pytest.mark.parametrize("sdk", SDKS)
def test_a_status_is_enough_whatever_the_sdk(sdk: str) -> None:
    carries, code, wait = SDKS[sdk]
    failure = failure_of(FromAnywhere(**carries))
    assert failure is not None
    assert (failure.code, failure.retry_after) == (code, wait)
    wrapped = RuntimeError("could not answer")
    wrapped.__cause__ = FromAnywhere(**carries)
    failure = failure_of(wrapped)
    assert failure is not None
    assert failure.code == code


def test_the_time_to_wait_in_a_body_and_as_a_date() -> None:
    body = "{'error': {'code': 429, 'details': [{'retryDelay': '17s'}]}}"
    failure = failure_of(FromAnywhere(body, code=429))
    assert failure is not None
    assert failure.retry_after == 17
    soon = email.utils.format_datetime(
        datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1), usegmt=True
    )
    failure = failure_of(FromAnywhere(status_code=429, headers={"Retry-After": soon}))
    assert failure is not None
    assert failure.retry_after is not None
    assert 0 < failure.retry_after <= 3_600


@pytest.mark.parametrize("package", [openai.AsyncOpenAI, anthropic.AsyncAnthropic])
async def test_a_key_that_no_header_can_carry_is_not_logged(package: Any) -> None:
    async with (
        upstream(Reply(json={})) as server,
        package(base_url=server.url, api_key="sk-SECRET\n", max_retries=0) as api,
    ):
        with pytest.raises(Exception, match="onnection") as caught:
            await api.models.list()
    failure = failure_of(caught.value)
    assert failure is not None
    assert failure.code == "auth"
    logged = "".join(traceback.format_exception(caught.value))
    assert "SECRET" not in logged
    assert "Strip it" in logged


def test_a_report_that_cannot_be_decoded_is_words() -> None:
    for report in ('["' + "[" * 5_000, '{"\ud800', {"code": "4" * 5_000}):
        assert type(failure_of_report(report)) is ModelError
    assert isinstance(failure_of_report('{"error": {"code": "429"}}'), ModelRateError)


def test_numbers_that_are_no_status_mean_nothing() -> None:
    empty: list[dict[str, Any]] = [{"code": 7}, {"code": "429"}, {"status_code": 200}, {}]
    for carries in empty:
        assert failure_of(FromAnywhere(**carries)) is None
    assert failure_of(SystemExit(429)) is None


def test_a_mistake_in_the_handler_is_not_the_models_failure() -> None:
    assert failure_of(KeyError("city")) is None
    assert failure_of(TypeError("openai")) is None


def test_our_own_errors_stay_as_they_are() -> None:
    error = ModelError("The model is being updated. Try again at noon.")
    assert failure_of(error) is error
    assert str(error) == "The model is being updated. Try again at noon."
