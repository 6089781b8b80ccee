"""The packages `langchain` and `langgraph`, in every mode they stream in."""

from __future__ import annotations

import msgspec

from swell.errors import DECODE_ERRORS
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
from swell.models.fields import (
    MAX_ARGS,
    UnknownChunkError,
    arguments,
    field,
    items,
    jsonable,
    new_call_id,
    number,
    text,
)
from swell.models.provider import Chunks, Provider
from swell.models.think import ThinkTags

__all__ = ["LangChain", "LangChainChunks"]

_INTERRUPT = "__interrupt__"
_REASONS = ("finish_reason", "stop_reason", "done_reason")
_SAY_WHY = {"openai", "anthropic"}
"""Providers whose last chunk has the finish reason, as their packages mark the chunks."""

_MODES = {"values", "updates", "messages", "custom", "checkpoints", "tasks", "debug"}


class LangChain(Provider):
    """Models, graphs and events of langchain."""

    name = "langchain"
    packages = frozenset({"langchain_core", "langgraph"})
    errors = frozenset({"langchain_core", "langchain_openai", "langchain_anthropic", "langgraph"})
    order = 2  # a state of a graph is a dict of any keys

    def chunks(self) -> Chunks:
        """Return a reader for messages, states and events."""
        return LangChainChunks()

    def reads(self, chunk: object) -> bool:
        """Return whether this is a tuple or a dict."""
        return isinstance(chunk, tuple | dict)


class LangChainChunks(Chunks):
    """Reads chunks of a model, streams of a graph, and events of `astream_events`.

    A message that arrived in chunks is not repeated when a state that holds it arrives.
    """

    unfinished = False

    def __init__(self) -> None:
        self._tags: dict[str, ThinkTags] = {}  # by message
        self._seen: set[str] = set()
        self._models: dict[str, str] = {}  # by message
        self._args: dict[tuple[str, object], tuple[str, str]] = {}  # (id, arguments so far)
        self._open: dict[str, str] = {}  # calls without a result: id -> name
        self._runs: dict[str, str] = {}  # tools that run: run id -> id of the call

    def read(self, chunk: object) -> list[Delta]:
        """Return the deltas of a chunk, a message, a state or an event."""
        if isinstance(chunk, tuple):
            return self._tuple(chunk)
        if isinstance(chunk, dict):
            if text(chunk, "event").startswith("on_"):
                return self._event(chunk)
            if "ns" in chunk and chunk.get("type") in _MODES:
                return self._mode(str(chunk["type"]), chunk.get("data"))
            if chunk.keys() == {_INTERRUPT}:
                raise UnknownChunkError(
                    "the graph waits for an answer; ask with turn.ask, "
                    "then run it again with Command(resume=...)"
                )
            if not _is_state(chunk):
                kind = text(chunk, "type")
                raise UnknownChunkError(f"its type is {kind!r}" if kind else "")
            return self._state(chunk)
        if not text(chunk, "type"):
            raise UnknownChunkError("yield the whole message, not a piece of it")
        return self._message(chunk)

    def _tuple(self, found: tuple[object, ...]) -> list[Delta]:
        if len(found) > 1 and isinstance(found[0], tuple):  # the path of a subgraph comes first
            found = found[1:]
            if len(found) == 1:
                return self.read(found[0])
        if len(found) == 2 and isinstance(found[0], str) and found[0] in _MODES:
            return self._mode(found[0], found[1])
        if not found or not text(found[0], "type") or isinstance(found[0], dict):
            raise UnknownChunkError("of a graph come (message, metadata) or (mode, data)")
        return self._message(found[0])

    def _mode(self, mode: str, data: object) -> list[Delta]:
        if mode == "messages":
            return self._message(data[0]) if isinstance(data, tuple) and data else []
        if mode == "custom":
            return [TextDelta(data)] if isinstance(data, str) and data else []
        return self._state(data) if mode in ("updates", "values") else []

    def _state(self, state: object) -> list[Delta]:
        """Read `{"messages": [...]}`, or such states by the name of a node."""
        if not isinstance(state, dict):
            return []
        if not isinstance(state.get("messages"), list | tuple):
            return [
                delta for inner in state.values() if _has(inner) for delta in self._state(inner)
            ]
        messages = list(items(state, "messages"))
        if any(not text(message, "type") for message in messages):
            raise UnknownChunkError("its messages are not of langchain")
        asked = [i for i, m in enumerate(messages) if text(m, "type") == "human"]
        fresh = messages[asked[-1] + 1 :] if asked else messages  # earlier ones were read before
        return [delta for message in fresh for delta in self._message(message)]

    def _event(self, event: dict[str, object]) -> list[Delta]:
        kind, data, run = event["event"], event.get("data"), text(event, "run_id")
        if kind == "on_chat_model_stream":
            return self._message(field(data, "chunk"))
        if kind == "on_chat_model_end":
            return self._message(field(data, "output"))
        if kind == "on_tool_start":
            name = text(event, "name")
            known = [id for id, tool in self._open.items() if tool == name]
            if known:  # known from the model's message
                return []
            self._runs[run] = run
            return [ToolCallDelta(run, name, arguments(jsonable(field(data, "input"))) or {})]
        if kind not in ("on_tool_end", "on_tool_error"):
            return []
        output = field(data, "output") if kind == "on_tool_end" else None
        call = self._runs.pop(run, "") or text(output, "tool_call_id")
        if not call:
            name = text(event, "name")
            call = next((id for id, tool in self._open.items() if tool == name), "")
        if not call:
            return []
        if kind == "on_tool_error":
            self._open.pop(call, None)
            return [ToolCallDelta(call, state="failed")]
        return self._result(call, output)

    def _message(self, message: object) -> list[Delta]:
        kind, id = text(message, "type"), text(message, "id")
        if kind in ("tool", "ToolMessageChunk"):
            return self._result(text(message, "tool_call_id"), message)
        if kind not in ("ai", "AIMessageChunk"):
            return []
        pieces = kind == "AIMessageChunk"
        if not pieces and id and id in self._seen:
            return []
        if id:
            self._seen.add(id)
        found = self._said(message, id) if pieces else _said(message, ThinkTags())
        if pieces:
            for piece in items(message, "tool_call_chunks"):
                found += self._piece(id, piece)
        else:
            for call in items(message, "tool_calls"):
                found.append(
                    ToolCallDelta(*self._called(call), arguments(jsonable(field(call, "args"))))
                )
        if usage := field(message, "usage_metadata"):
            read, written = number(usage, "input_tokens"), number(usage, "output_tokens")
            found.append(Usage(read, written, self._model_of(message, id)))
        return found + self._end(message, id, pieces=pieces)

    def _said(self, message: object, id: str) -> list[Delta]:
        return _said(message, self._tags.setdefault(id, ThinkTags()), whole=False)

    def _end(self, message: object, id: str, *, pieces: bool) -> list[Delta]:
        """Return why the message ended, if this is its end."""
        about = field(message, "response_metadata")
        reasons = (text(about, name) for name in _REASONS)
        reason = next((reason for reason in reasons if reason), "")
        if not reason and text(about, "status") in ("incomplete", "completed"):  # of responses
            reason = text(field(about, "incomplete_details"), "reason") or text(about, "status")
        if pieces and not reason:
            # Only of providers that say at the end why it came is it known that it is missing.
            self.unfinished |= text(about, "model_provider") in _SAY_WHY
            last = text(message, "chunk_position") == "last"
            return self._tags.pop(id, ThinkTags()).end() if last else []
        self.unfinished = False
        self._models[id] = self._model_of(message, id)  # the tokens may come after that
        held = self._tags.pop(id).end() if id in self._tags else []
        return [*held, *([Finish(finish_reason(reason))] if reason else [])]

    def _model_of(self, message: object, id: str) -> str:
        about = field(message, "response_metadata")
        return text(about, "model_name") or text(about, "model") or self._models.get(id, "")

    def _called(self, call: object) -> tuple[str, str]:
        id, name = text(call, "id") or new_call_id(), text(call, "name")
        self._open[id] = name
        return id, name

    def _piece(self, message: str, piece: object) -> list[Delta]:
        key, raw = (message, field(piece, "index")), text(piece, "args")
        begins = bool(text(piece, "id") or text(piece, "name")) or key not in self._args
        if begins:
            id, name = self._called(piece)
            self._args[key] = (id, raw)
        else:
            id, before = self._args[key]
            name = ""
            self._args[key] = (id, before + raw if len(before) <= MAX_ARGS else before)
        complete = arguments(self._args[key][1])
        return (
            [ToolCallDelta(id, name, complete)] if begins or (raw and complete is not None) else []
        )

    def _result(self, call: str, output: object) -> list[Delta]:
        self._open.pop(call, None)
        if text(output, "type") not in ("tool", "ToolMessageChunk"):
            return [ToolCallDelta(call, state="done", result=jsonable(output))]
        state: ToolState = "failed" if text(output, "status") == "error" else "done"
        content = field(output, "content")
        if isinstance(content, str) and content[:1] in ("{", "["):
            try:
                content = msgspec.json.decode(content)
            except DECODE_ERRORS:
                pass  # it is text then
        return [ToolCallDelta(call, text(output, "name"), None, state, jsonable(content))]


def _is_state(chunk: dict[str, object]) -> bool:
    """Whether a dict is a state with messages, or what nodes changed in one, by their names."""
    if isinstance(chunk.get("messages"), list | tuple):
        return True
    return bool(chunk) and all(isinstance(value, dict | None) for value in chunk.values())


def _has(state: object) -> bool:
    return isinstance(state, dict) and isinstance(state.get("messages"), list | tuple)


def _said(message: object, tags: ThinkTags, *, whole: bool = True) -> list[Delta]:
    """Return text and reasoning of a message, whatever the provider's blocks are called."""
    extra = field(message, "additional_kwargs")
    thought = text(extra, "reasoning_content")
    found: list[Delta] = [ReasoningDelta(thought)] if thought else []
    content = field(message, "content")
    for block in [content] if isinstance(content, str) else items(message, "content"):
        if isinstance(block, str):
            found += tags.split(block)
        elif (kind := text(block, "type")) == "text":
            found += tags.split(text(block, "text"))
        elif kind == "refusal":
            found.append(TextDelta(text(block, "refusal")))
        elif kind == "thinking":
            found.append(ReasoningDelta(text(block, "thinking")))
        elif kind == "reasoning":
            summary = "".join(text(part, "text") for part in items(block, "summary"))
            found.append(ReasoningDelta(text(block, "reasoning") or summary))
        elif kind == "reasoning_content":
            found.append(ReasoningDelta(text(field(block, "reasoning_content"), "text")))
    found += tags.end() if whole else []
    return [
        delta for delta in found if isinstance(delta, TextDelta | ReasoningDelta) and delta.text
    ]
