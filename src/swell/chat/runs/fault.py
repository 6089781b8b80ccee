"""Fault: why an answer failed, for the user, the log and programs."""

from __future__ import annotations

import logging
from typing import NamedTuple

from swell.development import report
from swell.errors import AnswerLimitError, AskTimeoutError, DocumentError, LimitError
from swell.models import failure_of

__all__ = ["Fault", "fault_of"]


class Fault(NamedTuple):
    """Why an answer failed.

    Attributes:
        message: Text for the user.
        code: Stable name, such as `rate_limited`.
        usual: The message is what `code` stands for in every language.
        error_id: The error id in the log.
        details: Text for developers, while the setting `development` is on; otherwise empty.
        retry_after: The provider's retry delay, in seconds.
    """

    message: str
    code: str
    usual: bool = True
    error_id: str | None = None
    details: str = ""
    retry_after: float | None = None


def fault_of(
    error: BaseException, where: str, handler: str, log: logging.Logger, *, development: bool
) -> Fault:
    """Return why a handler's answer failed, and log it.

    Args:
        error: The exception of the handler, or of its stream.
        where: Which answer, for the log.
        handler: Name of the handler for the log.
        log: The log.
        development: Describe an exception of the app.
    """
    failure = failure_of(error)
    if failure is not None:
        log.warning("the model failed (%s) %s", failure.code, where, exc_info=error)
        usual = failure.message == failure.usual
        return Fault(str(failure), failure.code, usual, retry_after=failure.retry_after)
    if isinstance(error, AskTimeoutError | AnswerLimitError):
        return Fault(str(error), error.code)
    if isinstance(error, DocumentError | LimitError):
        return Fault(str(error), error.code, usual=False)
    reported = report(error, handler, log, development=development)
    return Fault(
        f"{reported.message} (error {reported.id})",
        reported.code,
        True,
        reported.id,
        reported.details,
    )
