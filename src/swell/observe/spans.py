"""Spans: runs, model rounds, tools and questions in OpenTelemetry, by its GenAI conventions.

A run is one trace. The ids of the trace and of its first span follow from the id of the run, so
another process that continues the run, and a rating days later, are in the same trace. They are
hashes: samplers by ratio need random bits where the id of a run has fixed ones.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from opentelemetry import propagate, trace
from opentelemetry.context import Context, attach
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from .ids import add_ids

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

__all__ = ["Spans", "span_id_of", "trace_id_of"]

_wanted: ContextVar[tuple[int, int] | None] = ContextVar("swell_span_ids", default=None)


def trace_id_of(run_id: str) -> int:
    """Return the id of the trace of a run."""
    return int.from_bytes(hashlib.sha256(b"swell run " + run_id.encode()).digest()[:16])


def span_id_of(run_id: str, fence: int) -> int:
    """Return the id of the first span of a run in the process with this fencing number."""
    return int.from_bytes(hashlib.sha256(f"swell run {run_id} {fence}".encode()).digest()[:8])


class _RunIds(IdGenerator):
    """Gives the first span of a run its ids, and random ones to others."""

    def __init__(self, others: IdGenerator) -> None:
        self._others = others

    def generate_trace_id(self) -> int:
        wanted = _wanted.get()
        return self._others.generate_trace_id() if wanted is None else wanted[0]

    def generate_span_id(self) -> int:
        wanted = _wanted.get()
        return self._others.generate_span_id() if wanted is None else wanted[1]

    def is_trace_id_random(self) -> bool:
        return _wanted.get() is None and self._others.is_trace_id_random()


class Spans:
    """Makes the spans of this process.

    Args:
        content: Whether spans have the text of prompts, answers, arguments and results.
        provider: Where they go; the provider that the process has when the first run begins if
            left out.
    """

    def __init__(self, *, content: bool, provider: TracerProvider | None = None) -> None:
        self._content = content
        self._provider = provider
        self._made: Any = None

    @property
    def _tracer(self) -> Any:
        """The tracer, whose ids of runs follow from their ids in the database."""
        if self._made is None:
            self._made = trace.get_tracer("swell", tracer_provider=self._provider)
            others = getattr(self._made, "id_generator", None)
            self._made.id_generator = _RunIds(others or RandomIdGenerator())
        return self._made

    def run(
        self,
        run_id: str,
        fence: int,
        agent: str,
        thread_id: str,
        user_id: str,
        waited_s: float,
    ) -> _RunSpan:
        """Begin the span of a run, and make it the current one of this task."""
        trace_id = trace_id_of(run_id)
        earlier = [
            Link(_context(trace_id, span_id_of(run_id, before), sampled=True))
            for before in range(max(1, fence - 1), fence)
        ]
        token = _wanted.set((trace_id, span_id_of(run_id, fence)))
        try:
            span = self._tracer.start_span(
                f"invoke_agent {agent}",
                Context(),
                SpanKind.INTERNAL,
                {
                    "gen_ai.operation.name": "invoke_agent",
                    "gen_ai.agent.name": agent,
                    "gen_ai.conversation.id": thread_id,
                    "swell.run.id": run_id,
                    "swell.user.id": user_id,
                },
                links=earlier,
                start_time=time.time_ns() - int(waited_s * 1e9),
            )
        finally:
            _wanted.reset(token)
        attach(trace.set_span_in_context(span))  # until the task of the run ends
        add_ids(trace=f"{trace_id:032x}")
        return _RunSpan(span, content=self._content)

    @contextmanager
    def tool(self, name: str, call_id: str, arguments: Mapping[str, Any]) -> Iterator[_ToolSpan]:
        """Trace a call of a tool, as the current span of this task."""
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": call_id,
            "gen_ai.tool.type": "function",
        }
        if self._content:
            attributes["gen_ai.tool.call.arguments"] = _json(arguments)
        with self._tracer.start_as_current_span(
            f"execute_tool {name}",
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield _ToolSpan(span, content=self._content)

    @contextmanager
    def round(self, provider: str, model: str) -> Iterator[tuple[_RoundSpan, Span]]:
        """Trace a request to a model; the span is not the current one of the task."""
        span = self._tracer.start_span(
            f"chat {model}".strip(),
            kind=SpanKind.CLIENT,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": provider,
                "gen_ai.request.model": model,
                "gen_ai.request.stream": True,
            },
        )
        try:
            yield _RoundSpan(span), span
        except BaseException as error:
            if not isinstance(error, GeneratorExit | asyncio.CancelledError):
                _fail(span, str(getattr(error, "code", type(error).__qualname__)))
            raise
        finally:
            span.end()

    @contextmanager
    def question(self) -> Iterator[None]:
        """Trace a question to the user."""
        span = self._tracer.start_span("ask")
        outcome = "cancelled"
        try:
            yield
            outcome = "answered"
        except Exception as error:
            outcome = str(getattr(error, "code", "failed"))
            raise
        finally:
            span.set_attribute("swell.ask.outcome", outcome)
            span.end()

    def feedback(self, run_id: str, fence: int, positive: bool, comment: str | None) -> None:
        """Trace a rating: a span below the first one of the run, with an event."""
        trace_id = trace_id_of(run_id)
        sampler = getattr(self._tracer, "sampler", None)
        sampled = (
            sampler is None
            or sampler.should_sample(None, trace_id, "invoke_agent").decision.is_sampled()
        )
        parent = _context(trace_id, span_id_of(run_id, fence), sampled=sampled)
        span = self._tracer.start_span(
            "feedback", trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())
        )
        attributes = {
            "gen_ai.evaluation.name": "user_feedback",
            "gen_ai.evaluation.score.value": 1.0 if positive else 0.0,
            "gen_ai.evaluation.score.label": "positive" if positive else "negative",
        }
        if comment and self._content:
            attributes["gen_ai.evaluation.explanation"] = comment
        span.add_event("gen_ai.evaluation.result", attributes)
        span.end()

    def headers(self, found: Span | None) -> dict[str, str]:
        """Return the headers that connect a request with a span, or with the current one."""
        carrier: dict[str, str] = {}
        context = None if found is None else trace.set_span_in_context(found)
        propagate.inject(carrier, context)
        return carrier


class _RunSpan:
    """The span of a run."""

    def __init__(self, span: Span, *, content: bool) -> None:
        self._span = span
        self._content = content

    def event(self, name: str) -> None:
        """Note a moment, such as the first output."""
        self._span.add_event(name)

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
        span = self._span
        span.set_attribute("swell.run.outcome", outcome)
        for direction in ("input", "output"):
            if usage:
                span.set_attribute(f"gen_ai.usage.{direction}_tokens", int(usage.get(direction, 0)))
        if self._content:
            span.set_attribute("gen_ai.input.messages", _messages("user", prompt))
            span.set_attribute("gen_ai.output.messages", _messages("assistant", answer))
        if outcome == "failed":
            _fail(span, code or "handler_failed")
        span.end()


class _ToolSpan:
    def __init__(self, span: Span, *, content: bool) -> None:
        self._span = span
        self._content = content

    def ended(self, result: object, *, failed: bool) -> None:
        """Note the result."""
        if self._content:
            self._span.set_attribute("gen_ai.tool.call.result", _json(result))
        if failed:
            _fail(self._span, "tool_failed")


class _RoundSpan:
    def __init__(self, span: Span) -> None:
        self._span = span
        self._began = time.perf_counter()
        self._spoke = False
        self._counts = [0, 0]

    def spoke(self) -> None:
        """Note the first part of the response."""
        if not self._spoke:
            self._spoke = True
            seconds = time.perf_counter() - self._began
            self._span.set_attribute("gen_ai.response.time_to_first_chunk", seconds)

    def counted(self, read: int, written: int) -> None:
        """Add tokens."""
        self._counts = [self._counts[0] + read, self._counts[1] + written]
        self._span.set_attribute("gen_ai.usage.input_tokens", self._counts[0])
        self._span.set_attribute("gen_ai.usage.output_tokens", self._counts[1])

    def finished(self, reason: str) -> None:
        """Note why the response ended."""
        self._span.set_attribute("gen_ai.response.finish_reasons", [reason])


def _context(trace_id: int, span_id: int, *, sampled: bool) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)


def _fail(span: Span, code: str) -> None:
    span.set_attribute("error.type", code)
    span.set_status(Status(StatusCode.ERROR, code))


def _messages(role: str, text: str) -> str:
    return _json([{"role": role, "parts": [{"type": "text", "content": text}]}])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
