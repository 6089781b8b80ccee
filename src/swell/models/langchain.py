"""Messages and events of `langchain` and `langgraph`, in every mode they stream in."""

from __future__ import annotations

import msgspec

from swell.models.deltas import Delta, ReasoningDelta, TextDelta, ToolCallDelta, ToolState, Usage
from swell.models.fields import MAX_ARGS, arguments, field, items, number, plain, text

__all__ = ["LangChainChunks"]

_MODES = {"values", "updates", "messages", "custom", "checkpoints", "tasks", "debug"}


class LangChainChunks:
    """Reads chunks of a model, what a graph streams, and events of `astream_events`.

    A message that arrived in pieces is not told again when a state that holds it arrives.
    """

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._args: dict[tuple[str, object], tuple[str, str]] = {}  # (id, arguments so far)
        self._open: dict[str, str] = {}  # calls without a result: id -> name
        self._runs: dict[str, str] = {}  # tools that run: run id -> id of the call
        self._made = 0

    def read(self, chunk: object) -> list[Delta]:
        """Return what a chunk, a message, a state or an event adds."""
        if isinstance(chunk, tuple):
            return self._tuple(chunk)
        if isinstance(chunk, dict):
            if isinstance(chunk.get("event"), str):
                return self._event(chunk)
            if "ns" in chunk and chunk.get("type") in _MODES:
                return self._mode(str(chunk["type"]), chunk.get("data"))
            return self._state(chunk)
        return self._message(chunk)

    def _tuple(self, found: tuple[object, ...]) -> list[Delta]:
        if len(found) > 1 and isinstance(found[0], tuple):  # the path of a subgraph comes first
            found = found[1:]
            if len(found) == 1:
                return self.read(found[0])
        if len(found) == 2 and isinstance(found[0], str):
            return self._mode(found[0], found[1])
        return self._message(found[0]) if found else []

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
        asked = [i for i, m in enumerate(messages) if text(m, "type") == "human"]
        fresh = messages[asked[-1] + 1 :] if asked else messages  # what is before was told earlier
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
            if known:  # the model's message has told of it
                return []
            self._runs[run] = run
            return [ToolCallDelta(run, name, arguments(plain(field(data, "input"))) or {})]
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
        found = _said(message)
        if pieces:
            for piece in items(message, "tool_call_chunks"):
                found += self._piece(id, piece)
        else:
            for call in items(message, "tool_calls"):
                found.append(
                    ToolCallDelta(*self._called(call), arguments(plain(field(call, "args"))))
                )
        if usage := field(message, "usage_metadata"):
            found.append(Usage(number(usage, "input_tokens"), number(usage, "output_tokens")))
        return found

    def _called(self, call: object) -> tuple[str, str]:
        self._made += 1
        id, name = text(call, "id") or f"call_{self._made}", text(call, "name")
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
            return [ToolCallDelta(call, state="done", result=plain(output))]
        state: ToolState = "failed" if text(output, "status") == "error" else "done"
        content = field(output, "content")
        if isinstance(content, str) and content[:1] in ("{", "["):
            try:
                content = msgspec.json.decode(content)
            except msgspec.DecodeError:
                pass  # it is text then
        return [ToolCallDelta(call, text(output, "name"), None, state, plain(content))]


def _has(state: object) -> bool:
    return isinstance(state, dict) and isinstance(state.get("messages"), list | tuple)


def _said(message: object) -> list[Delta]:
    """Return text and reasoning of a message, whatever the provider's blocks are called."""
    extra = field(message, "additional_kwargs")
    thought = text(extra, "reasoning_content")
    found: list[Delta] = [ReasoningDelta(thought)] if thought else []
    content = field(message, "content")
    for block in [content] if isinstance(content, str) else items(message, "content"):
        if isinstance(block, str):
            found.append(TextDelta(block))
        elif (kind := text(block, "type")) == "text":
            found.append(TextDelta(text(block, "text")))
        elif kind == "thinking":
            found.append(ReasoningDelta(text(block, "thinking")))
        elif kind == "reasoning":
            summary = "".join(text(part, "text") for part in items(block, "summary"))
            found.append(ReasoningDelta(text(block, "reasoning") or summary))
        elif kind == "reasoning_content":
            found.append(ReasoningDelta(text(field(block, "reasoning_content"), "text")))
    return [
        delta for delta in found if isinstance(delta, TextDelta | ReasoningDelta) and delta.text
    ]
