"""Why an answer failed: one sentence and one code, for pages and for endpoints."""

from __future__ import annotations

import logging

import pytest

from swell.chat.runs.fault import Fault, fault_of
from swell.errors import AnswerLimitError, AskTimeoutError, LimitError, ModelError, ModelRateError

_LOG = logging.getLogger("swell.chat")


def told(error: BaseException, *, development: bool = False) -> Fault:
    return fault_of(error, "in run 1", "the handler 'answer'", _LOG, development=development)


def test_a_failure_of_the_model_has_its_sentence_and_its_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fault = told(ModelRateError(retry_after=3.0))
    assert (fault.code, fault.usual, fault.retry_after) == ("rate_limited", True, 3.0)
    assert fault.message == str(ModelRateError())
    assert fault.error_id is None
    assert "the model failed (rate_limited) in run 1" in caplog.text


def test_a_sentence_of_the_app_stands_for_no_code() -> None:
    assert told(ModelError("Come back on Monday.")).usual is False
    assert told(LimitError("the file 'a'", "1 byte")).usual is False


@pytest.mark.parametrize("error", [AskTimeoutError(5.0), AnswerLimitError("the answer", "2 parts")])
def test_what_swell_refuses_is_said_as_it_is(error: AskTimeoutError | AnswerLimitError) -> None:
    assert told(error) == Fault(str(error), error.code)


def test_an_exception_of_the_app_is_in_the_log_under_an_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fault = told(KeyError("secret"))
    assert (fault.code, fault.usual, fault.details) == ("handler_failed", True, "")
    assert fault.message.endswith(f"(error {fault.error_id})")
    assert "secret" not in fault.message
    assert f"error {fault.error_id} in the handler 'answer'" in caplog.text
    assert "KeyError: 'secret'" in caplog.text


def test_developers_see_the_exception() -> None:
    assert told(KeyError("secret"), development=True).details.startswith("KeyError: 'secret'")
