"""Chunks of OpenAI's chat completions, as dicts or as objects, with what other servers add.

vLLM, llama.cpp, LM Studio, Ollama, DeepSeek and OpenRouter speak this form. They send a model's
thoughts as `reasoning_content` or `reasoning`.
"""

from __future__ import annotations

import msgspec

from swell.models.deltas import Delta, Failure, ReasoningDelta, TextDelta, ToolCallDelta, Usage
from swell.models.failures import failure_of_report
from swell.models.fields import (
    INCOMPLETE,
    MAX_ARGS,
    argument_fault,
    arguments,
    field,
    items,
    number,
    plain,
    text,
)

__all__ = ["ChatChunks", "SSEChunks"]

_CUT = ("length", "max_tokens", "content_filter")
"""Reasons to finish that may leave the last tool call without its arguments."""


class ChatChunks:
    """Reads the chunks of one `chat.completions` stream, or one whole completion."""

    def __init__(self) -> None:
        self._calls: dict[tuple[object, int], _Call] = {}
        self._made = 0

    def read(self, chunk: object) -> list[Delta]:
        """Return what a chunk adds."""
        found: list[Delta] = []
        if (report := field(chunk, "error")) is not None:
            error = failure_of_report(report)
            return [Failure(error.code, str(error))]
        for choice in items(chunk, "choices")[:1]:
            delta = field(choice, "delta") or field(choice, "message")
            reasoning = text(delta, "reasoning_content") or text(delta, "reasoning")
            if reasoning:
                found.append(ReasoningDelta(reasoning))
            if said := text(delta, "content") or text(delta, "refusal"):
                found.append(TextDelta(said))
            for position, call in enumerate(items(delta, "tool_calls")):
                found += self._tool_call(text(chunk, "id"), position, call)
            if reason := text(choice, "finish_reason"):
                found += self._ended(text(chunk, "id"), cut=reason in _CUT)
        if usage := field(chunk, "usage"):
            found.append(
                Usage(
                    number(usage, "prompt_tokens", "input_tokens"),
                    number(usage, "completion_tokens", "output_tokens"),
                )
            )
        return found

    def _tool_call(self, stream: str, position: int, piece: object) -> list[Delta]:
        index = field(piece, "index")
        key = (stream, index if isinstance(index, int) else position)
        function = field(piece, "function") or field(piece, "custom")
        call, named = self._calls.get(key), text(piece, "id")
        # Some servers count every call as 0, so another id is another call.
        if call is None or (named and call.given and named != call.given):
            self._made += 1
            call = self._calls[key] = _Call(named, named or f"call_{self._made}")
        call.name += text(function, "name") if not call.name else ""
        raw = field(function, "arguments")
        if raw is not None and len(call.args) <= MAX_ARGS:
            call.args += raw if isinstance(raw, str) else msgspec.json.encode(plain(raw)).decode()
        if call.told and not raw:
            return []
        complete = arguments(call.args)
        partial = complete is None and bool(call.args.strip())
        if call.told and complete is None and call.partial:
            return []
        call.told, call.partial = True, partial
        return [ToolCallDelta(call.id, call.name, complete, fault=INCOMPLETE if partial else "")]

    def _ended(self, stream: str, *, cut: bool) -> list[Delta]:
        """Return what is wrong with the calls of a stream whose model has finished."""
        calls = [call for (of, _), call in self._calls.items() if of == stream]
        return [
            ToolCallDelta(call.id, call.name, fault=fault)
            for call in calls
            if (fault := argument_fault(call.args, cut=cut and call is calls[-1]))
        ]


class _Call:
    """A tool call whose arguments arrive in pieces."""

    __slots__ = ("args", "given", "id", "name", "partial", "told")

    def __init__(self, given: str, id: str) -> None:
        self.given, self.id, self.name, self.args = given, id, "", ""
        self.told = self.partial = False


class SSEChunks:
    """Reads the bytes of an event stream as they come, cut anywhere.

    Attributes:
        done: The server has said that the stream is over.
        finished: The model has said why it stopped.
    """

    MAX_LINE = 4_000_000
    """Longest line kept until its end arrives, in bytes."""

    def __init__(self) -> None:
        self.done = False
        self.finished = False
        self._rest = b""
        self._chunks = ChatChunks()

    def read(self, chunk: bytes) -> list[Delta]:
        """Return what some bytes add; a line that is not whole yet waits for the next ones."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > self.MAX_LINE:
            raise ValueError(f"a line of the event stream is longer than {self.MAX_LINE} bytes")
        return [delta for line in lines for delta in self.read_line(line)]

    def read_line(self, line: bytes) -> list[Delta]:
        """Return what one line adds."""
        event = line.removeprefix(b"data:").strip()
        if not line.startswith(b"data:") or not event:
            return []
        if event == b"[DONE]":
            self.done = True
            return []
        chunk = msgspec.json.decode(event)
        choices = items(chunk, "choices")
        self.finished |= any(field(choice, "finish_reason") is not None for choice in choices)
        return self._chunks.read(chunk)
