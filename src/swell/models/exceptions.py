"""What an exception of a provider's package means, recognised without importing the package.

Classes are known by the package they come from and what they carry (a status, a response), so that
every version of the packages is served, and those that build on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from swell.errors import (
    ModelAuthError,
    ModelConnectionError,
    ModelContextError,
    ModelError,
    ModelRequestError,
)
from swell.models.failures import (
    CONTEXT,
    failure_of_report,
    failure_of_status,
    failure_of_words,
    retry_after,
)
from swell.models.fields import field
from swell.models.registry import error_packages

__all__ = ["failure_of"]

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
"""Google's retry delay, in the body."""


def failure_of(error: BaseException) -> ModelError | None:
    """Return what an exception means, if it is a failure of a model.

    It is one when it comes from a package of a provider, or carries a status of HTTP that refuses,
    whatever its package. A key that such an exception quotes is taken out of it.

    Args:
        error: The exception of a handler.

    Returns:
        An error with a stable `code` and a message for the user, `error` being its cause; None
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


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception, its causes, and the members of a group; at most 32."""
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
    packages = error_packages()
    return any(base.__module__.partition(".")[0] in packages for base in type(error).__mro__)


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
    # A package that wraps "cannot connect" may give it the status 500.
    if status in (None, 500) and any(_broken(cause) for cause in _chain(error)):
        return ModelConnectionError()
    if status is not None:
        failure = failure_of_status(status, body)
        if status in (400, 500) and type(failure) in (ModelRequestError, ModelError):
            failure = failure_of_words(body.lower()) or failure  # Bedrock throttles with 400
        failure = type(failure)(retry_after=wait)
    elif CONTEXT.search(body):
        failure = ModelContextError()
    elif report and type(found_in := failure_of_report(report)) is not ModelError:
        failure = found_in  # of an error inside a stream
    else:
        failure = failure_of_words(f"{names} {body.lower()}") or ModelError()
    return failure
