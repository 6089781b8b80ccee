"""What an exception of a provider's package means, recognised without importing the package.

Classes are known by the package they come from and what they carry (a status, a response), so that
every version of the packages is served, and those that build on them too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import msgspec

from swell.errors import (
    ModelAuthError,
    ModelConnectionError,
    ModelContextError,
    ModelError,
    ModelOverloadError,
    ModelRateError,
    ModelRequestError,
)
from swell.models.deltas import Failure, end_word
from swell.models.fields import field, text

__all__ = [
    "error_of",
    "failure_of",
    "failure_of_end",
    "failure_of_report",
    "failure_of_status",
    "retry_after",
]

PACKAGES = {
    "openai",
    "anthropic",
    "litellm",
    "pydantic_ai",
    "langchain_core",
    "langchain_openai",
    "langchain_anthropic",
    "langgraph",
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "aiohttp",
}
"""Top-level packages whose exceptions, raised by a handler, are the model's failures."""

MAX_RETRY_S = 86_400.0
"""Longest time to wait that is believed, in seconds."""

_STATUS: dict[int, type[ModelError]] = {
    401: ModelAuthError,
    402: ModelRateError,
    403: ModelAuthError,
    408: ModelConnectionError,
    429: ModelRateError,
    502: ModelConnectionError,
    503: ModelOverloadError,
    504: ModelConnectionError,
    529: ModelOverloadError,
}

_CONTEXT = re.compile(
    r"context[ _](length|window|size)|maximum context|prompt is too long|input is too long"
    r"|too many tokens|exceeds? the (available )?context|exceed_context_size|reduce the length",
    re.IGNORECASE,
)
_CONNECTION = re.compile(
    r"connect|timeout|timedout|protocolerror|networkerror|readerror|writeerror|closeerror|proxy"
    r"|transport|payload|disconnected",
    re.IGNORECASE,
)
_HEADER = re.compile(r"illegal header value", re.IGNORECASE)
_HIDDEN = (
    "Illegal header value (not shown): the API key has a character that no header can carry, "
    "such as a line end. Strip it."
)
_DELAY = re.compile(r"retry_?delay['\"]?\s*[:=]\s*['\"]?(\d{1,5}(?:\.\d+)?)s", re.IGNORECASE)
"""How Google says how long to wait, in the body."""

_WORDS: tuple[tuple[str, type[ModelError]], ...] = (
    ("rate_limit", ModelRateError),
    ("ratelimit", ModelRateError),
    ("insufficient_quota", ModelRateError),
    ("too_many_requests", ModelRateError),
    ("toomanyrequests", ModelRateError),
    ("throttl", ModelRateError),
    ("resource_exhausted", ModelRateError),
    ("quota_exceeded", ModelRateError),
    ("usagelimit", ModelRateError),
    ("budgetexceeded", ModelRateError),
    ("overloaded", ModelOverloadError),
    ("serviceunavailable", ModelOverloadError),
    ("service_unavailable", ModelOverloadError),
    ("at_capacity", ModelOverloadError),
    ("authentication", ModelAuthError),
    ("permission", ModelAuthError),
    ("invalid_api_key", ModelAuthError),
    ("unauthorized", ModelAuthError),
    ("unauthenticated", ModelAuthError),
    ("contextwindow", ModelContextError),
    ("invalid_request", ModelRequestError),
    ("badrequest", ModelRequestError),
    ("notfound", ModelRequestError),
    ("not_found", ModelRequestError),
    ("content_policy", ModelRequestError),
    ("contentpolicy", ModelRequestError),
)
"""What names of classes and kinds of reports hold, in order of what decides first."""


def failure_of(error: BaseException) -> ModelError | None:
    """Return what an exception means, if it is a failure of a model.

    It is one when it comes from a package of `PACKAGES`, or carries a status of HTTP that refuses,
    whatever its package. A key that such an exception quotes is taken out of it.

    Args:
        error: What a handler raised.

    Returns:
        An error with a stable `code` and a sentence for the person, `error` being its cause; None
        when the exception comes from somewhere else, such as a mistake in the handler.
    """
    chain = list(_chain(error))
    hidden = [found for found in chain if _hide_key(found)]
    for found in chain:
        if isinstance(found, ModelError):
            return found
        if hidden and _package(found):
            return _caused(ModelAuthError(), error)
        if _package(found) or _status(found) is not None:
            return _caused(_understood(found), error)
    return None


def _caused(failure: ModelError, error: BaseException) -> ModelError:
    failure.__cause__ = error
    return failure


def _hide_key(error: BaseException) -> bool:
    """Take a header's value out of an exception that quotes it: it is mostly the app's key."""
    if len(error.args) != 1 or not _HEADER.search(str(error.args[0])):
        return False
    error.args = (_HIDDEN,)
    return True


def failure_of_status(status: int, body: str, headers: object = None) -> ModelError:
    """Return what a refusal over HTTP means.

    Args:
        status: Status of the response.
        body: Its beginning, as text; read for known words only, and never shown.
        headers: Its headers, anything with `get`.
    """
    wait = retry_after(headers)
    if status in (400, 413, 422) and (status == 413 or _CONTEXT.search(body)):
        return ModelContextError(retry_after=wait)
    if 400 <= status < 500:
        return _STATUS.get(status, ModelRequestError)(retry_after=wait)
    if "overloaded" in body:
        return ModelOverloadError(retry_after=wait)
    return _STATUS.get(status, ModelError)(retry_after=wait)


_SAID = (
    *("code", "status", "type", "message", "error", "detail", "msg", "error_message", "error_msg"),
    *("Code", "Message", "status_msg", "title", "reason"),
)
"""Where reports say in words what went wrong."""


def failure_of_report(report: object, depth: int = 0) -> ModelError:
    """Return what an error inside a stream means.

    Args:
        report: `{"type": ..., "code": ..., "message": ...}` as most servers send it, a text, or
            either of them inside of another report.
        depth: How many reports it is inside of.
    """
    if isinstance(report, list | tuple) and report:
        report = report[0]
    if isinstance(report, str) and report.lstrip()[:1] in ("{", "["):
        try:
            report = msgspec.json.decode(report)
        except msgspec.DecodeError:
            pass  # words that begin like JSON
    for name in ("error", "errors", "detail", "message"):
        inner = field(report, name)
        nested = isinstance(inner, dict | list) or text(report, name).lstrip()[:1] == "{"
        if nested and inner and depth < 4:
            found = failure_of_report(inner, depth + 1)
            if type(found) is not ModelError:
                return found
    words = report if isinstance(report, str) else ""
    for name in _SAID:
        words += f" {field(report, name) or ''}"
    for name in ("code", "status_code", "status", "statusCode", "http_status", "error_code"):
        code = field(report, name)
        number = int(code) if isinstance(code, str) and code.isdecimal() else code
        if isinstance(number, int) and 400 <= number < 600:
            return failure_of_status(number, words)
    if _CONTEXT.search(words):
        return ModelContextError()
    return _named(words.lower().replace(" ", "_")) or ModelError()


_ENDS: dict[str, type[ModelError]] = {
    "error": ModelError,
    "abort": ModelError,
    "aborted": ModelError,
    "cancelled": ModelError,
    "malformed_function_call": ModelError,
    "malformed_response": ModelError,
    "unexpected_tool_call": ModelError,
    "network_error": ModelConnectionError,
    "timeout": ModelConnectionError,
    "insufficient_system_resource": ModelOverloadError,
}


def failure_of_end(word: object) -> Failure | None:
    """Return the failure that a provider's word for the end of a message means, if it does."""
    kind = _ENDS.get(end_word(word))
    return None if kind is None else Failure(kind.code, str(kind()))


def error_of(failure: Failure) -> ModelError:
    """Return the error to raise for a failure that a stream reported."""
    kinds: list[type[ModelError]] = [ModelError, *ModelError.__subclasses__()]
    return next((kind for kind in kinds if kind.code == failure.code), ModelError)()


def retry_after(headers: object) -> float | None:
    """Return the seconds that `retry-after-ms` or `retry-after` asks to wait, if they say so.

    Args:
        headers: Anything with `get`; a plain dict may spell the names in any case.
    """
    if isinstance(headers, dict):
        headers = {str(name).lower(): value for name, value in headers.items()}
    get = getattr(headers, "get", None)
    if not callable(get):
        return None
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds: float | None
        try:
            seconds = float(get(name)) * unit
        except (TypeError, ValueError):
            seconds = _until(get(name))
        if seconds is not None:
            return seconds if 0 <= seconds <= MAX_RETRY_S else None
    return None


def _until(date: object) -> float | None:
    """Return the seconds until a date of HTTP."""
    try:
        return parsedate_to_datetime(str(date)).timestamp() - time.time() if date else None
    except ValueError:
        return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, what it was made from, and the members of a group; at most 32."""
    pending, seen = [error], 0
    while pending and seen < 32:
        found = pending.pop(0)
        if found is None:
            continue
        seen += 1
        yield found
        if isinstance(found, BaseExceptionGroup):
            pending += found.exceptions
        pending.append(
            found.__cause__ or (None if found.__suppress_context__ else found.__context__)
        )


def _package(error: BaseException) -> bool:
    return any(base.__module__.partition(".")[0] in PACKAGES for base in type(error).__mro__)


def _broken(error: BaseException) -> bool:
    """Whether this is a connection that could not be made, or broke."""
    if isinstance(error, ConnectionError):
        return True
    return _package(error) and bool(_CONNECTION.search(type(error).__name__))


def _status(error: BaseException) -> int | None:
    """Return the status of HTTP that an exception carries, wherever its package puts it."""
    if not isinstance(error, Exception):
        return None
    response = field(error, "response") or field(error, "raw_response")
    found = [field(error, name) for name in ("status_code", "code", "status", "http_status")]
    found += [field(response, name) for name in ("status_code", "status", "status_int")]
    found.append(field(field(response, "ResponseMetadata"), "HTTPStatusCode"))  # boto
    for one in found:
        value = getattr(one, "value", one)  # an enum
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None


def _headers(error: BaseException) -> object:
    response = field(error, "response") or field(error, "raw_response")
    return (
        field(response, "headers")
        or field(error, "headers")
        or field(field(response, "ResponseMetadata"), "HTTPHeaders")
    )


def _understood(error: BaseException) -> ModelError:
    names = " ".join(base.__name__ for base in type(error).__mro__ if base is not object).lower()
    status, wait = _status(error), retry_after(_headers(error))
    response = field(error, "response")
    body = f"{field(error, 'code') or ''} {error}"
    report = field(error, "body") or field(response, "Error")
    if isinstance(report, dict | list | str) and report:
        body += f" {report}"
    if wait is None and (found := _DELAY.search(body)):
        wait = float(found[1])
    if "contextwindow" in names:
        return ModelContextError(retry_after=wait)
    if "apiconnection" in names:
        return ModelConnectionError()
    # A package that wraps "cannot connect" may give it a status of its own: 500.
    if status in (None, 500) and any(_broken(cause) for cause in _chain(error)):
        return ModelConnectionError()
    if status is not None:
        failure = failure_of_status(status, body)
        if status in (400, 500) and type(failure) in (ModelRequestError, ModelError):
            failure = _named(body.lower()) or failure  # Bedrock throttles with 400
        failure = type(failure)(retry_after=wait)
    elif _CONTEXT.search(body):
        failure = ModelContextError()
    elif report and type(found_in := failure_of_report(report)) is not ModelError:
        failure = found_in  # of an error inside a stream
    else:
        failure = _named(f"{names} {body.lower()}") or ModelError()
    return failure


def _named(words: str) -> ModelError | None:
    return next((kind() for word, kind in _WORDS if word in words), None)
