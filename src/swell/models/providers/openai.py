"""OpenAI, through its package: chat completions, their events, and responses."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from swell.errors import ModelConnectionError
from swell.models.completions import ChatChunks
from swell.models.deltas import (
    Delta,
    Failure,
    Finish,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
    finish_reason,
)
from swell.models.failures import failure_of_report
from swell.models.fields import (
    UnknownChunkError,
    argument_fault,
    arguments,
    field,
    items,
    jsonable,
    new_call_id,
    number,
    text,
)
from swell.models.provider import Block, Chunks, Conversation, Offered, Provider
from swell.models.think import ThinkTags
from swell.models.traced import with_trace

from .compatible import CompletionsConversation, completions_picture

__all__ = ["OpenAI", "OpenAIChunks"]

_EVENTS = (
    *("response.", "content.", "refusal.", "tool_calls.function.", "logprobs."),
    "keepalive",
)

_REASONING = {"response.reasoning_text.delta", "response.reasoning_summary_text.delta"}
_DONE = {"response.completed", "response.incomplete", "response.failed"}
_CALLS = {
    "function_call",
    "custom_tool_call",
    "mcp_call",
    "web_search_call",
    "file_search_call",
    "code_interpreter_call",
}
"""Items of a response that are tool calls; the last three run at the provider."""


class OpenAI(Provider):
    """OpenAI's chat completions and responses."""

    name = "openai"
    packages = frozenset({"openai"})
    errors = frozenset({"openai"})

    def chunks(self) -> Chunks:
        """Return a reader for the package's streams."""
        return OpenAIChunks()

    def reads(self, chunk: object) -> bool:
        """Return whether a dict is an event, or a whole response."""
        kind = text(chunk, "type")
        return isinstance(chunk, dict) and (
            kind.startswith(_EVENTS)
            or chunk.get("object") == "response"
            or (kind == "chunk" and "chunk" in chunk)
            or (kind == "error" and "error" not in chunk)
        )

    def picture(self, mime: str, data: str) -> Block:
        """Return a picture as chat completions take it."""
        return completions_picture(mime, data)

    def asks(self, model: object) -> bool:
        """Return whether this is an `openai.AsyncOpenAI`."""
        return type(model).__module__.partition(".")[0] == self.name and hasattr(model, "chat")

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


class OpenAIChunks(Chunks):
    """Reads the package's streams; the kinds may be mixed."""

    def __init__(self) -> None:
        self._chat = ChatChunks()
        self._responding = False  # between the first and the last event of a response
        self._tags = ThinkTags()
        self._refused = False
        self._parts: set[object] = set()
        self._raw = False
        self._made: dict[int, str] = {}  # ids of calls that came without one, by their place

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun whose end has not come."""
        return self._responding or self._chat.unfinished

    def read(self, chunk: object) -> list[Delta]:
        """Return the deltas of a chunk or event."""
        kind = field(chunk, "type")
        kind = getattr(kind, "value", kind)  # litellm has an enum there
        if not isinstance(kind, str):
            return self._untyped(chunk)
        if (
            kind == "chunk"
        ):  # of `chat.completions.stream`, which says it all again in easier events
            self._raw = True
            return self._chat.read(field(chunk, "chunk"))
        if kind in ("content.delta", "refusal.delta"):
            return [] if self._raw else [TextDelta(text(chunk, "delta"))]
        if kind == "response.created":
            self._responding, self._refused = True, False
            self._tags = ThinkTags()
            self._made.clear()
            return []
        self._refused |= kind == "response.refusal.delta"
        if kind == "response.output_text.delta":  # of a local model with its thoughts in it
            return self._tags.split(text(chunk, "delta"))
        if kind == "response.refusal.delta":
            return [TextDelta(text(chunk, "delta"))]
        if kind in _REASONING:
            return [ReasoningDelta(text(chunk, "delta"))]
        if kind == "response.reasoning_summary_part.added":
            item = text(chunk, "item_id")
            first = item not in self._parts
            self._parts.add(item)
            return [] if first else [ReasoningDelta("\n\n")]
        if kind in ("response.output_item.added", "response.output_item.done"):
            place = number(chunk, "output_index")
            made = self._made.setdefault(place, new_call_id())
            return _item(field(chunk, "item"), made, done=kind.endswith("done"))
        if kind in _DONE:
            self._responding = False
            return self._tags.end() + _end(field(chunk, "response"), refused=self._refused)
        if kind == "error":
            self._responding = False
            error = failure_of_report(chunk)
            return [Failure(error.code, str(error))]
        if "." not in kind and kind != "keepalive":  # the events' names have one
            raise UnknownChunkError("yield the whole event, not a piece of it")
        return []

    def _untyped(self, chunk: object) -> list[Delta]:
        if text(chunk, "object") == "response":
            return _whole(chunk)
        if hasattr(chunk, "finish_reason"):  # `completion.choices[0]`, whose message is no error
            raise UnknownChunkError("yield the whole completion, not a piece of it")
        known = ("choices", "usage", "error", "detail", "message", "code")
        if text(chunk, "object") or any(field(chunk, name) is not None for name in known):
            return self._chat.read(chunk)
        raise UnknownChunkError("yield the whole chunk, not a piece of it")


def _item(item: object, made: str, *, done: bool) -> list[Delta]:
    kind = text(item, "type")
    if kind not in _CALLS:
        return []
    name = text(item, "name") or kind.removesuffix("_call")
    call = text(item, "call_id") or text(item, "id") or made
    if not done:
        return [ToolCallDelta(call, name)]
    args = arguments(field(item, "arguments"))
    if kind == "custom_tool_call":
        args = {"input": text(item, "input")}
    elif kind == "web_search_call":
        args = arguments(jsonable(field(item, "action")))
    elif kind == "code_interpreter_call":
        args = {"code": text(item, "code")}
    if kind in ("function_call", "custom_tool_call"):  # the app runs it
        cut = text(item, "status") == "incomplete"
        fault = argument_fault(text(item, "arguments"), cut=cut) if args is None else ""
        return [ToolCallDelta(call, name, args, fault=fault)]
    failed = text(item, "status") == "failed" or bool(field(item, "error"))
    result = field(item, "output") or field(item, "results")
    return [ToolCallDelta(call, name, args, "failed" if failed else "done", jsonable(result))]


def _end(response: object, *, refused: bool) -> list[Delta]:
    found: list[Delta] = []
    if usage := field(response, "usage"):
        read, written = number(usage, "input_tokens"), number(usage, "output_tokens")
        found.append(Usage(read, written, text(response, "model")))
    if report := field(response, "error"):
        error = failure_of_report(report)
        return [*found, Failure(error.code, str(error))]
    status = text(response, "status")
    if status in ("failed", "cancelled"):
        error = failure_of_report({})
        return [*found, Failure(error.code, str(error))]
    if status == "incomplete":
        why = text(field(response, "incomplete_details"), "reason")
        return [*found, Finish(finish_reason(why or "incomplete"))]
    return [*found, Finish("refusal" if refused else "stop")]


def _whole(response: object) -> list[Delta]:
    found: list[Delta] = []
    refused = False
    for item in items(response, "output"):
        for thought in (*items(item, "summary"), *items(item, "content")):
            refused |= bool(text(thought, "refusal"))
            if said := text(thought, "text") or text(thought, "refusal"):
                thinking = text(item, "type") == "reasoning"
                found += [ReasoningDelta(said)] if thinking else ThinkTags().whole(said)
        found += _item(item, new_call_id(), done=True)
    return found + _end(response, refused=refused)


class _Conversation(CompletionsConversation):
    """Chat completions, through the `openai` package."""

    async def _deltas(self, params: dict[str, Any]) -> AsyncGenerator[Delta, None]:
        answer = OpenAIChunks()
        if self._tools:
            params = {"tools": self._tools, **params}
        async with await self._client.chat.completions.create(
            messages=self._messages,
            stream=True,
            **{"stream_options": {"include_usage": True}, **with_trace(params)},
        ) as chunks:
            async for chunk in chunks:
                for delta in answer.read(chunk):
                    yield delta
        if answer.unfinished:
            raise ModelConnectionError()
