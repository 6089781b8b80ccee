"""Classify a refusal by its status, the words of its report, or the end of the stream."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime

import msgspec

from swell.errors import (
    DECODE_ERRORS,
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
    "CONTEXT",
    "error_of",
    "failure_of_end",
    "failure_of_report",
    "failure_of_status",
    "failure_of_words",
    "retry_after",
]

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

CONTEXT = re.compile(
    r"context[ _](length|window|size)|maximum context|prompt is too long|input is too long"
    r"|too many tokens|exceeds? the (available )?context|exceed_context_size|reduce the length",
    re.IGNORECASE,
)
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
"""Parts of class names and of error types, in order of precedence."""


def failure_of_status(status: int, body: str, headers: object = None) -> ModelError:
    """Classify a refusal over HTTP.

    Args:
        status: Status of the response.
        body: The beginning of the response; searched for known words, never shown.
        headers: Its headers, anything with `get`.
    """
    wait = retry_after(headers)
    if status in (400, 413, 422) and (status == 413 or CONTEXT.search(body)):
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
"""Fields of a report with a message."""


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
        except DECODE_ERRORS:
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
        if isinstance(code, str) and len(code) == 3 and code.isdecimal():
            code = int(code)
        if isinstance(code, int) and 400 <= code < 600:
            return failure_of_status(code, words)
    if CONTEXT.search(words):
        return ModelContextError()
    return failure_of_words(words.lower().replace(" ", "_")) or ModelError()


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


def failure_of_words(words: str) -> ModelError | None:
    """Return the failure that a word in a report or in a class's name stands for, if one does."""
    return next((kind() for word, kind in _WORDS if word in words), None)
