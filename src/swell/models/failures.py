"""What an exception of a provider's package means, recognised without importing the package.

Classes are known by the package they come from and what they carry (a status, a response), so that
every version of the packages is served, and those that build on them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from swell.errors import (
    ModelAuthError,
    ModelConnectionError,
    ModelContextError,
    ModelError,
    ModelOverloadError,
    ModelRateError,
    ModelRequestError,
)
from swell.models.fields import field, text

__all__ = ["failure_of", "failure_of_report", "failure_of_status", "retry_after"]

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
_WORDS: tuple[tuple[str, type[ModelError]], ...] = (
    ("rate_limit", ModelRateError),
    ("ratelimit", ModelRateError),
    ("insufficient_quota", ModelRateError),
    ("usagelimit", ModelRateError),
    ("budgetexceeded", ModelRateError),
    ("overloaded", ModelOverloadError),
    ("serviceunavailable", ModelOverloadError),
    ("authentication", ModelAuthError),
    ("permission", ModelAuthError),
    ("invalid_api_key", ModelAuthError),
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

    Args:
        error: What a handler raised.

    Returns:
        An error with a stable `code` and a sentence for the person, `error` being its cause; None
        when the exception comes from somewhere else, such as a mistake in the handler.
    """
    for found in _chain(error):
        if isinstance(found, ModelError):
            return found
        if _package(found):
            failure = _understood(found)
            failure.__cause__ = error
            return failure
    return None


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


def failure_of_report(report: object) -> ModelError:
    """Return what an error inside a stream means: `{"type": ..., "code": ..., "message": ...}`."""
    code = field(report, "code")
    if isinstance(code, int) and 400 <= code < 600:
        return failure_of_status(code, text(report, "message"))
    words = f"{code or ''} {text(report, 'type')} {text(report, 'message')}"
    if _CONTEXT.search(words):
        return ModelContextError()
    return _named(words.lower()) or ModelError()


def retry_after(headers: object) -> float | None:
    """Return the seconds that `retry-after-ms` or `retry-after` asks to wait, if it is a number."""
    get = getattr(headers, "get", None)
    if not callable(get):
        return None
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(get(name)) * unit
        except (TypeError, ValueError):
            continue
        return seconds if 0 <= seconds <= MAX_RETRY_S else None
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


def _understood(error: BaseException) -> ModelError:
    names = " ".join(base.__name__ for base in type(error).__mro__ if base is not object).lower()
    response = field(error, "response")
    headers = field(response, "headers") or field(error, "headers")
    status = field(error, "status_code") or field(response, "status_code") or field(error, "status")
    body = f"{field(error, 'code') or ''} {error}"
    if isinstance(report := field(error, "body"), dict):  # of an error inside a stream
        report = report.get("error") or report
        body += f" {text(report, 'type')} {text(report, 'code')}"
    if "contextwindow" in names:
        return ModelContextError(retry_after=retry_after(headers))
    if "apiconnection" in names:
        return ModelConnectionError()
    # A package that wraps "cannot connect" may give it a status of its own: 500.
    if status in (None, 500) and any(_broken(cause) for cause in _chain(error)):
        return ModelConnectionError()
    if isinstance(status, int) and status >= 400:
        failure = failure_of_status(status, body, headers)
    elif _CONTEXT.search(body):
        failure = ModelContextError()
    else:
        failure = _named(f"{names} {body.lower()}") or ModelError()
    return failure


def _named(words: str) -> ModelError | None:
    return next((kind() for word, kind in _WORDS if word in words), None)
