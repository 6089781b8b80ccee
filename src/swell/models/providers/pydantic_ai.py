"""The `pydantic-ai` package: events of a run, its nodes, and whole responses.

The texts of `run_stream` are plain strings; pass on those of `stream_text(delta=True)`.
"""

from __future__ import annotations

import msgspec

from swell.models.deltas import (
    Delta,
    Finish,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolState,
    Usage,
    finish_reason,
)
from swell.models.fields import UnknownChunkError, arguments, field, items, jsonable, number, text
from swell.models.provider import Chunks, Provider

__all__ = ["AgentEvents", "PydanticAI"]


_QUIET = ("event_kind", "kind", "user_prompt", "data")
"""Attributes of other yielded values: events, requests, the first and the last node."""


class PydanticAI(Provider):
    """Agents of pydantic-ai."""

    name = "pydantic_ai"
    packages = frozenset({"pydantic_ai", "pydantic_graph"})
    errors = frozenset({"pydantic_ai"})

    def chunks(self) -> Chunks:
        """Return a reader for a run of an agent."""
        return AgentEvents()

    def reads(self, chunk: object) -> bool:
        """Return whether a dict is an event."""
        return bool(text(chunk, "event_kind"))


class AgentEvents(Chunks):
    """Reads the stream of an agent's run.

    Attributes:
        unfinished: Whether the provider closed the stream of the last response before its end. The
            package takes such a response for a complete one.
    """

    unfinished = False

    def __init__(self) -> None:
        self._streamed = False
        self._counted = False

    def read(self, chunk: object) -> list[Delta]:
        """Return what an event, a node or a response adds."""
        kind = text(chunk, "event_kind")
        if kind in ("part_start", "part_end"):
            return self._part(field(chunk, "part"), begins=kind == "part_start")
        if kind == "part_delta":
            return _delta(field(chunk, "delta"))
        if kind in ("function_tool_call", "output_tool_call"):
            return _call(field(chunk, "part"))
        if kind in ("function_tool_result", "output_tool_result"):
            return _result(field(chunk, "part") or field(chunk, "result"))
        if kind == "final_result":
            call = text(chunk, "tool_call_id")
            return [ToolCallDelta(call, text(chunk, "tool_name"), state="done")] if call else []
        if kind == "agent_run_result":
            return self._end(field(chunk, "result"))
        if (response := field(chunk, "model_response")) is not None:  # CallToolsNode
            return self._response(response)
        if (request := field(chunk, "request")) is not None:  # ModelRequestNode
            return [delta for part in items(request, "parts") for delta in _result(part)]
        if text(chunk, "kind") == "response":
            return self._response(chunk)
        if hasattr(chunk, "output") and hasattr(chunk, "new_messages"):  # what `agent.run` returns
            return self._end(chunk)
        if not any(hasattr(chunk, name) for name in _QUIET):
            raise UnknownChunkError("yield the whole event, not a piece of it")
        return []

    def _part(self, part: object, *, begins: bool) -> list[Delta]:
        self._streamed = True
        kind = text(part, "part_kind")
        if kind in ("tool-call", "builtin-tool-call"):
            return _call(part)
        if begins and kind in ("text", "thinking"):
            return _said(part)
        return _result(part) if begins else []

    def _response(self, response: object) -> list[Delta]:
        found: list[Delta] = []
        for part in items(response, "parts"):
            kind = text(part, "part_kind")
            if kind in ("tool-call", "builtin-tool-call"):
                found += _call(part)
            elif kind in ("text", "thinking") and not self._streamed:
                found += _said(part)
            else:
                found += _result(part)
        return found + self._usage(response) + self._finish(response)

    def _end(self, result: object) -> list[Delta]:
        output = field(result, "output")
        if isinstance(output, str):
            said = [] if self._streamed else [TextDelta(output)]
        else:
            shown = msgspec.json.format(msgspec.json.encode(jsonable(output)), indent=2).decode()
            said = [TextDelta(f"\n\n```json\n{shown}\n```\n")]
        usage = [] if self._counted else self._usage(result)
        return [*said, *usage, *self._finish(field(result, "response"))]

    def _finish(self, response: object) -> list[Delta]:
        self.unfinished = self._streamed and not _ended(response)
        reason = field(response, "finish_reason")
        return [Finish(finish_reason(reason))] if reason and not self.unfinished else []

    def _usage(self, thing: object) -> list[Delta]:
        usage = field(thing, "usage")
        if callable(usage) and not hasattr(usage, "input_tokens"):  # a method before version 2
            usage = usage()
        model = text(thing, "model_name") or text(field(thing, "response"), "model_name")
        tokens = Usage(number(usage, "input_tokens"), number(usage, "output_tokens"), model)
        self._counted |= bool(tokens)
        return [tokens] if tokens else []


def _ended(response: object) -> bool:
    """Say whether the provider of a streamed response said why it ended.

    The package makes up `stop` where a stream of chat completions had no reason; the provider's own
    word is in its details. Models for tests have no details.
    """
    details = field(response, "provider_details")
    if details is None and text(response, "provider_name") != "anthropic":
        return True
    return bool(field(details, "finish_reason"))


def _said(part: object) -> list[Delta]:
    said = text(part, "content")
    if not said:
        return []
    return [TextDelta(said) if text(part, "part_kind") == "text" else ReasoningDelta(said)]


def _delta(delta: object) -> list[Delta]:
    said = text(delta, "content_delta")
    kind = text(delta, "part_delta_kind")
    if not said or kind not in ("text", "thinking"):
        return []
    return [TextDelta(said) if kind == "text" else ReasoningDelta(said)]


def _call(part: object) -> list[Delta]:
    args = arguments(field(part, "args"))
    return [ToolCallDelta(text(part, "tool_call_id"), text(part, "tool_name"), args)]


def _result(part: object) -> list[Delta]:
    kind, call = text(part, "part_kind"), text(part, "tool_call_id")
    if kind not in ("tool-return", "builtin-tool-return", "retry-prompt") or not call:
        return []
    failed = kind == "retry-prompt" or text(part, "outcome") not in ("", "success")
    state: ToolState = "failed" if failed else "done"
    name = text(part, "tool_name")
    return [ToolCallDelta(call, name, None, state, jsonable(field(part, "content")))]
