"""Traces: functions that the parts of Swell call for the spans of a run; they do nothing when off.

The setting `traces` turns them on. Only then is `opentelemetry` imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .spans import Spans

__all__ = [
    "RoundSpan",
    "RunSpan",
    "ToolSpan",
    "begin_run",
    "feedback",
    "headers",
    "in_round",
    "is_on",
    "question",
    "round_of",
    "tool",
    "turn_off",
    "turn_on",
]


class RunSpan(Protocol):
    """The span of a run."""

    def event(self, name: str) -> None:
        """Note a moment, such as the first output."""

    def ended(
        self,
        outcome: str,
        *,
        code: str | None,
        usage: Mapping[str, Any] | None,
        prompt: str,
        answer: str,
    ) -> None:
        """End it; the arguments are as for `metrics.run_ended`, with the two texts."""


class ToolSpan(Protocol):
    """The span of a tool call."""

    def ended(self, result: object, *, failed: bool) -> None:
        """Note its result."""


class RoundSpan(Protocol):
    """The span of one request to a model."""

    def spoke(self) -> None:
        """Note the first part of the response."""

    def counted(self, read: int, written: int) -> None:
        """Add tokens that the model counted."""

    def finished(self, reason: str) -> None:
        """Note why the response ended."""


_on: Spans | None = None
_uses = 0
_round: ContextVar[Any] = ContextVar("swell_round", default=None)


def is_on() -> bool:
    """Return whether runs are traced."""
    return _on is not None


def turn_on(spans: Spans) -> None:
    """Trace with these spans, until `turn_off` is called as often."""
    global _on, _uses
    _on, _uses = spans, _uses + 1


def turn_off() -> None:
    """Trace no more, unless another app of the process does."""
    global _on, _uses
    _uses -= 1
    if not _uses:
        _on = None


def begin_run(
    run_id: str, fence: int, *, agent: str, thread_id: str, user_id: str, waited_s: float
) -> RunSpan | None:
    """Begin the span of a run in the current context; None when off.

    Args:
        run_id: The run; the id of the trace follows from it.
        fence: Counts the processes that have made the run.
        agent: Name of the app.
        thread_id: The thread.
        user_id: Id of the user in the database.
        waited_s: How long ago the prompt was accepted, in seconds.
    """
    if _on is None:
        return None
    return _on.run(run_id, fence, agent, thread_id, user_id, waited_s)


@contextmanager
def tool(name: str, call_id: str, arguments: Mapping[str, Any]) -> Iterator[ToolSpan | None]:
    """Trace the call of a tool in the block; must not be used in a generator."""
    if _on is None:
        yield None
        return
    with _on.tool(name, call_id, arguments) as span:
        yield span


@contextmanager
def round_of(provider: str, model: str) -> Iterator[RoundSpan | None]:
    """Trace a request to a model in the block, which may be in a generator.

    Args:
        provider: Name of the provider, such as `openai`.
        model: Name of the model.
    """
    if _on is None:
        yield None
        return
    with _on.round(provider, model) as (span, found):
        _round.set(found)  # not reset by token: a generator may be closed in another context
        try:
            yield span
        finally:
            _round.set(None)


def in_round() -> bool:
    """Return whether the current task is in a block of `round_of`."""
    return _round.get() is not None


def headers() -> dict[str, str]:
    """Return the headers that connect a request to a model with the trace; none when off."""
    return {} if _on is None else _on.headers(_round.get())


def question() -> AbstractContextManager[None]:
    """Trace a question to the user in the block."""
    return nullcontext() if _on is None else _on.question()


def feedback(run_id: str, fence: int, positive: bool, comment: str | None) -> None:
    """Trace a user's rating of an answer, as an evaluation in the trace of its run."""
    if _on is not None:
        _on.feedback(run_id, fence, positive, comment)
