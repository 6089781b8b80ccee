"""Anthropic, through its package: `messages.create(stream=True)` and `messages.stream()`.

The second kind yields the raw events of the first, and after each an event with the same content in
an easier form. Those are read only if they come alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from swell.errors import ModelConnectionError
from swell.models.deltas import (
    Delta,
    Failure,
    Finish,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    ToolState,
    Usage,
    finish_reason,
)
from swell.models.failures import failure_of_report
from swell.models.fields import (
    INCOMPLETE,
    MAX_ARGS,
    UnknownChunkError,
    argument_fault,
    arguments,
    field,
    items,
    json_text,
    jsonable,
    new_call_id,
    number,
    text,
)
from swell.models.provider import Block, Chunks, Conversation, Offered, Outcome, Provider
from swell.models.think import ThinkTags
from swell.models.traced import with_trace

__all__ = ["Anthropic", "AnthropicChunks"]

MAX_TOKENS = 8_192
"""Default of `max_tokens`, in tokens."""

_EVENTS = ("message_", "content_block_")
_EASY = {"ping", "text", "thinking", "signature", "citation", "input_json"}
_CUT = ("max_tokens", "model_context_window_exceeded", "refusal")
"""Reasons to stop that may leave the last tool call without its arguments."""


class Anthropic(Provider):
    """Anthropic's messages."""

    name = "anthropic"
    packages = frozenset({"anthropic"})
    errors = frozenset({"anthropic"})

    def chunks(self) -> Chunks:
        """Return a reader for events of messages."""
        return AnthropicChunks()

    def reads(self, chunk: object) -> bool:
        """Return whether a dict is an event, or a whole message."""
        kind = text(chunk, "type")
        return isinstance(chunk, dict) and (
            kind.startswith(_EVENTS)
            or kind in _EASY
            or (kind == "message" and "content" in chunk)
            or (kind == "error" and "error" in chunk)
        )

    def picture(self, mime: str, data: str) -> Block:
        """Return a picture as a block of a message."""
        return {"type": "image", "source": {"type": "base64", "media_type": mime, "data": data}}

    def asks(self, model: object) -> bool:
        """Return whether this is an `anthropic.AsyncAnthropic`."""
        return type(model).__module__.partition(".")[0] == self.name and hasattr(model, "messages")

    def conversation(
        self,
        model: Any,
        messages: list[dict[str, Any]],
        tools: Sequence[Offered],
        system: str | None,
        params: dict[str, Any],
    ) -> Conversation:
        """Begin a conversation through the package."""
        return _Conversation(model, messages, tools, system, params)


class AnthropicChunks(Chunks):
    """Reads the events of one or more messages."""

    unfinished = False

    def __init__(self) -> None:
        self._calls: dict[int, _Block] = {}
        self._last: _Block | None = None
        self._tags: dict[int, ThinkTags] = {}  # of blocks of text
        self._input = self._output = 0
        self._model = ""
        self._raw = False

    def read(self, chunk: object) -> list[Delta]:
        """Return what an event, or a whole message, adds."""
        kind, index = text(chunk, "type"), number(chunk, "index")
        if kind in ("text", "thinking"):
            return [] if self._raw else _easy(chunk)
        self._raw |= kind.startswith(_EVENTS)
        if kind == "message_start":
            self._calls.clear()
            self._tags.clear()
            self._last = None
            self.unfinished = True
            message = field(chunk, "message")
            usage, self._model = field(message, "usage"), text(message, "model")
            self._input, self._output = _input(usage), number(usage, "output_tokens")
            return [Usage(self._input, self._output, self._model)] if usage else []
        if kind == "content_block_start":
            return self._start(index, field(chunk, "content_block"))
        if kind == "content_block_delta":
            return self._delta(index, field(chunk, "delta"))
        if kind == "content_block_stop":
            return self._stop(index)
        if kind == "message_delta":  # counts from the beginning of the message
            usage = field(chunk, "usage")
            more = Usage(
                max(0, _input(usage) - self._input),  # of servers that count only at the end
                max(0, number(usage, "output_tokens") - self._output),
                self._model,
            )
            self._input, self._output = self._input + more.input, self._output + more.output
            reason = text(field(chunk, "delta"), "stop_reason")
            found = self._cut(reason)
            found += [more] if more else []
            if reason:
                self.unfinished = False
                found.append(Finish(finish_reason(reason)))
            return found
        if kind == "message_stop":
            self.unfinished = False
        if kind == "error":
            self.unfinished = False
            error = failure_of_report(field(chunk, "error"))
            return [Failure(error.code, str(error))]
        if kind == "message":
            return _whole(chunk)
        if not kind or kind.endswith(("_delta", "_use")):
            raise UnknownChunkError("yield the whole event, not a piece of it")
        return []

    def _start(self, index: int, block: object) -> list[Delta]:
        kind = text(block, "type")
        if kind == "text":
            self._tags[index] = ThinkTags()
            return self._tags[index].split(text(block, "text"))
        if kind == "thinking":
            return [ReasoningDelta(said)] if (said := text(block, "thinking")) else []
        if kind.endswith("tool_use"):
            id = text(block, "id") or new_call_id()
            call = self._calls[index] = _Block(id, text(block, "name"))
            call.take(field(block, "input"))
            return [ToolCallDelta(call.id, call.name, fault=INCOMPLETE)]
        return _result(block)

    def _delta(self, index: int, delta: object) -> list[Delta]:
        kind = text(delta, "type")
        if kind == "text_delta":
            return self._tags.setdefault(index, ThinkTags()).split(text(delta, "text"))
        if kind == "thinking_delta":
            return [ReasoningDelta(text(delta, "thinking"))]
        call = self._calls.get(index)
        if kind == "input_json_delta" and call and len(call.args) <= MAX_ARGS:
            call.args += text(delta, "partial_json")
        return []

    def _stop(self, index: int) -> list[Delta]:
        if index in self._tags:
            return self._tags.pop(index).end()
        if (call := self._calls.pop(index, None)) is None:
            return []
        self._last = call
        return [call.delta()]

    def _cut(self, reason: str) -> list[Delta]:
        """Return the fault of the last call of an answer that was cut off in its arguments."""
        call = self._last
        if reason not in _CUT or call is None or call.given:
            return []
        fault = argument_fault(call.args, cut=True)
        return [ToolCallDelta(call.id, call.name, fault=fault)] if fault else []


class _Block:
    """A tool call whose arguments arrive in pieces."""

    __slots__ = ("args", "given", "id", "name")

    def __init__(self, id: str, name: str) -> None:
        self.id, self.name, self.args = id, name, ""
        self.given: dict[str, object] = {}

    def take(self, given: object) -> None:
        """Set arguments that arrived as one value instead of pieces of JSON."""
        if isinstance(given, str):
            self.args = given
        elif (whole := arguments(jsonable(given))) is not None:
            self.given = whole
        elif given is not None:
            self.args = json_text(jsonable(given))  # invalid; `argument_fault` gives the reason

    def delta(self) -> ToolCallDelta:
        """Return the whole call."""
        if fault := argument_fault(self.args):
            return ToolCallDelta(self.id, self.name, fault=fault)
        given = arguments(self.args) if self.args.strip() else self.given
        return ToolCallDelta(self.id, self.name, given)


def _easy(event: object) -> list[Delta]:
    if text(event, "type") == "text":
        return [TextDelta(text(event, "text"))]
    return [ReasoningDelta(text(event, "thinking"))]


def _input(usage: object) -> int:
    """Tokens read, with those that were or went into the cache, which are counted apart."""
    return sum(
        number(usage, name)
        for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    )


def _result(block: object) -> list[Delta]:
    """Return the outcome of a tool that ran at the provider."""
    if not text(block, "type").endswith("tool_result"):
        return []
    content = field(block, "content")
    failed = bool(field(block, "is_error")) or text(content, "type").endswith("error")
    state: ToolState = "failed" if failed else "done"
    return [ToolCallDelta(text(block, "tool_use_id"), "", None, state, jsonable(content))]


def _whole(message: object) -> list[Delta]:
    found: list[Delta] = []
    for block in items(message, "content"):
        kind = text(block, "type")
        if kind == "text":
            found += ThinkTags().whole(text(block, "text"))
        elif kind == "thinking":
            found.append(ReasoningDelta(text(block, "thinking")))
        elif kind.endswith("tool_use"):
            call = _Block(text(block, "id") or new_call_id(), text(block, "name"))
            call.take(field(block, "input"))
            found.append(call.delta())
        else:
            found += _result(block)
    if usage := field(message, "usage"):
        found.append(Usage(_input(usage), number(usage, "output_tokens"), text(message, "model")))
    return [*found, Finish(finish_reason(text(message, "stop_reason")))]


class _Conversation:
    """Messages, through the `anthropic` package."""

    def __init__(
        self,
        client: Any,
        messages: list[dict[str, Any]],
        tools: Sequence[Offered],
        system: str | None,
        params: dict[str, Any],
    ) -> None:
        self.unfinished = False
        self._client, self._messages = client, messages
        self._params: dict[str, Any] = {"max_tokens": MAX_TOKENS, **params}
        if system:
            self._params["system"] = system
        if tools:
            self._params["tools"] = [
                {"name": t.name, "description": t.description, "input_schema": t.schema}
                for t in tools
            ]
        self._content: Any = None

    async def stream(self, *, last: bool) -> AsyncGenerator[Delta, None]:
        chunks, params = AnthropicChunks(), dict(self._params)
        if last and "tools" in params:
            params["tool_choice"] = {"type": "none"}
        message = _Message()
        async with await self._client.messages.create(
            messages=self._messages, stream=True, **with_trace(params)
        ) as events:
            async for event in events:
                deltas = chunks.read(event)
                message.add(event)  # changes the event's blocks
                for delta in deltas:
                    yield delta
        if chunks.unfinished:
            raise ModelConnectionError()
        # With the reasoning, which the API needs back; it refuses empty text.
        self._content = [
            block for block in message.content if block.type != "text" or block.text.strip()
        ]
        self.unfinished = message.stop_reason == "pause_turn"

    def answer(self, calls: Mapping[str, ToolCallDelta], outcomes: Mapping[str, Outcome]) -> None:
        if self._content:
            self._messages.append({"role": "assistant", "content": self._content})
        results = [
            {
                "type": "tool_result",
                "tool_use_id": id,
                "content": outcomes[id].said,
                "is_error": outcomes[id].failed,
            }
            for id in calls
        ]
        if results:
            self._messages.append({"role": "user", "content": results})


class _Message:
    """The content of an answer for the next request: its blocks and its stop reason.

    The stream helper of the package does the same, but it ends with an error when the arguments of
    a tool call are no JSON, and takes the beginning of arguments that were cut off for the whole.

    Attributes:
        content: Blocks, as the package's objects.
        stop_reason: Why the model stopped; None while it has not.
    """

    def __init__(self) -> None:
        self.content: list[Any] = []
        self.stop_reason: str | None = None
        self._arguments: dict[int, str] = {}
        self._places: dict[int, int] = {}  # some servers leave numbers out

    def add(self, event: Any) -> None:
        """Add an event of `messages.create(stream=True)`."""
        if event.type == "content_block_start":
            block = event.content_block
            if block.type.endswith("tool_use") and not isinstance(block.input, dict):
                block.input = arguments(block.input) or {}
            self.content.append(block)
            self._places[event.index] = len(self.content) - 1
        elif event.type == "content_block_delta":
            self._delta(event.index, event.delta)
        elif event.type == "content_block_stop" and event.index in self._arguments:
            text = self._arguments.pop(event.index)
            self.content[self._places[event.index]].input = arguments(text) or {}
        elif event.type == "message_delta" and event.delta.stop_reason:
            self.stop_reason = event.delta.stop_reason

    def _delta(self, index: int, delta: Any) -> None:
        block = self.content[self._places[index]]
        match delta.type:
            case "text_delta":
                block.text += delta.text
            case "thinking_delta":
                block.thinking += delta.thinking
            case "signature_delta":
                block.signature = delta.signature
            case "citations_delta":
                block.citations = [*(block.citations or ()), delta.citation]
            case "input_json_delta" if delta.partial_json:
                self._arguments[index] = self._arguments.get(index, "") + delta.partial_json
            case _:
                pass
