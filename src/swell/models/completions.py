"""Chunks of OpenAI's chat completions, as dicts or as objects, with what other servers add.

vLLM, llama.cpp, LM Studio, Ollama, DeepSeek, Mistral and OpenRouter speak this form. They send a
model's thoughts as `reasoning_content` or `reasoning`, as blocks of the content, or in its text.
"""

from __future__ import annotations

from typing import Any

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
from swell.models.failures import failure_of_end, failure_of_report
from swell.models.fields import (
    INCOMPLETE,
    MAX_ARGS,
    UnknownChunkError,
    argument_fault,
    arguments,
    decoded,
    field,
    items,
    json_text,
    jsonable,
    new_call_id,
    number,
    text,
)
from swell.models.message import AssistantMessage, merge, more_of_call
from swell.models.sse import EventStream, ServerEvent
from swell.models.think import ThinkTags

__all__ = ["ChatChunks", "SSEChunks"]


class ChatChunks:
    """Reads the chunks of `chat.completions` streams, or whole completions.

    Attributes:
        unfinished: A message has begun whose `finish_reason` has not come.
        answered: Whether any chunk had a choice.
    """

    def __init__(self) -> None:
        self.unfinished = False
        self.answered = False
        self._streams: dict[str, _Stream] = {}
        self._last = _Stream()
        self._made = 0

    def read(self, chunk: object) -> list[Delta]:
        """Return the deltas of a chunk."""
        choices = items(chunk, "choices")
        if choices and isinstance(choices[0], str):
            raise UnknownChunkError("its choices are texts")
        choice = next((one for one in choices if field(one, "index") in (0, None)), None)
        report = _report(chunk, choice)
        if report is not None:
            error = failure_of_report(report)
            self.unfinished = False
            return [Failure(error.code, str(error))]
        id = text(chunk, "id")
        stream = self._streams.get(id)
        found: list[Delta] = []
        if choice is not None:
            self.answered = True
            delta = field(choice, "delta") or field(choice, "message")
            if stream is None and self.unfinished and not field(delta, "role"):
                stream = self._streams[id] = self._last  # a server that names each chunk anew
            if stream is None or (stream.finished and _says(delta)):
                stream = self._streams[id] = self._last = _Stream()
            found += self._choice(stream, choice, delta)
        stream = stream or self._last
        if usage := field(chunk, "usage") or field(field(chunk, "x_groq"), "usage"):
            found += stream.count(usage, text(chunk, "model"))
        return found

    def end(self) -> list[Delta]:
        """Return the rest of a stream that has ended normally without a `finish_reason`."""
        if not self.unfinished:
            return []
        return self._finish(self._last, None)

    def _choice(self, stream: _Stream, choice: object, delta: object) -> list[Delta]:
        found: list[Delta] = []
        stream.message.add(delta)
        if thought := stream.thought(delta):
            found.append(ReasoningDelta(thought))
        for piece in _content(field(delta, "content")):
            found += stream.tags.split(piece.text) if isinstance(piece, TextDelta) else [piece]
        if said := text(delta, "refusal"):
            stream.refused = True
            found.append(TextDelta(said))
        calls = items(delta, "tool_calls")
        if not calls and (called := field(delta, "function_call")):  # as before there were tools
            calls = [{"index": 0, "function": called}]
        begun: set[int] = set()
        for position, call in enumerate(calls):
            found += self._tool_call(stream, position, call, begun)
        self.unfinished |= not stream.finished
        reason = field(choice, "finish_reason")
        if reason in (None, "") or stream.finished:
            return found
        if failure := failure_of_end(reason):
            self.unfinished = False
            return [*found, failure]
        return found + self._finish(stream, reason)

    def _finish(self, stream: _Stream, reason: object) -> list[Delta]:
        stream.finished, self.unfinished = True, False
        why = finish_reason(reason)
        if why == "stop" and stream.refused:
            why = "refusal"
        cut = why not in ("stop", "tool_calls")
        more = [
            self._begin(stream, "", call.name)
            for call in list(stream.all_calls)
            for _ in range(0 if call.args.strip() else call.repeats)
        ]
        repeated: list[Delta] = [ToolCallDelta(call.id, call.name) for call in more]
        faults: list[Delta] = [
            ToolCallDelta(call.id, call.name, fault=fault)
            for call in stream.all_calls
            if (fault := argument_fault(call.args, cut=cut and call is stream.all_calls[-1]))
        ]
        message = stream.message.dump(stream.dump_calls())
        return [*stream.tags.end(), *repeated, *faults, Finish(why, message)]

    def _tool_call(
        self, stream: _Stream, position: int, piece: object, begun: set[int]
    ) -> list[Delta]:
        """Return the delta of a piece of a call; `begun` are the indexes before it in its delta."""
        index = field(piece, "index")
        function = field(piece, "function") or field(piece, "custom")
        key = index if isinstance(index, int) else position
        named, name, raw = text(piece, "id"), text(function, "name"), field(function, "arguments")
        call = stream.calls.get(key)
        if call is None and not named and not name:
            # A server that gives each chunk another id: the call continues.
            call = self._last.calls.get(key) or next(
                (s.calls[key] for s in reversed(self._streams.values()) if key in s.calls), None
            )
        raw = raw if isinstance(raw, str | None) else json_text(jsonable(raw))
        if call is not None and call.is_said_again(named, raw):
            return []
        if call is not None and key not in begun and call.is_named_again(named, name, raw):
            call.repeats += 1  # another call without arguments, unless some come yet
            return []
        again = key in begun and bool(name)  # no server splits a call within a delta
        begun.add(key)
        if call is None or again or call.ends_at(named, name, raw):
            call = stream.calls[key] = self._begin(stream, named)
        call.name = call.name or name
        merge(call.more, more_of_call(piece))
        if raw is not None and len(call.args) <= MAX_ARGS:
            call.args += raw
        if call.sent and not raw:
            return []
        complete = arguments(call.args)
        partial = complete is None and bool(call.args.strip())
        if call.sent and complete is None and call.partial:
            return []
        call.sent, call.partial = True, partial
        return [ToolCallDelta(call.id, call.name, complete, fault=INCOMPLETE if partial else "")]

    def _begin(self, stream: _Stream, named: str, name: str = "") -> _Call:
        self._made += 1
        id = named or new_call_id()
        if any(known.id == id for known in stream.all_calls):
            id = f"{id}-{self._made}"
        call = _Call(named, id)
        call.name = name
        stream.all_calls.append(call)
        return call


class _Stream:
    """One message that arrives in pieces."""

    __slots__ = (
        *("all_calls", "calls", "counted", "finished", "message", "refused", "tags"),
        "thoughts",
    )

    def __init__(self) -> None:
        self.calls: dict[int, _Call] = {}  # by index, the latest
        self.all_calls: list[_Call] = []
        self.tags = ThinkTags()
        self.message = AssistantMessage()
        self.counted = Usage()
        self.finished = self.refused = False
        self.thoughts = ""  # so far, of a server that sends them in details only

    def thought(self, delta: object) -> str:
        """Return the reasoning text of a delta, from whichever field the server uses for it."""
        for name in _THOUGHTS:
            if said := text(delta, name):
                return said
        details = items(delta, "reasoning_details")
        said = "".join(text(detail, "text") or text(detail, "summary") for detail in details)
        if self.thoughts and len(said) > len(self.thoughts) and said.startswith(self.thoughts):
            self.thoughts, said = said, said[len(self.thoughts) :]  # all of them, again
        elif len(self.thoughts) <= MAX_ARGS:
            self.thoughts += said
        return said

    def count(self, usage: object, model: str) -> list[Delta]:
        """Return how a count differs from the one before: some servers count in every chunk."""
        before, self.counted = (
            self.counted,
            Usage(
                number(usage, "prompt_tokens", "input_tokens"),
                number(usage, "completion_tokens", "output_tokens"),
            ),
        )
        counted = self.counted
        more = Usage(counted.input - before.input, counted.output - before.output, model)
        return [more] if more else []

    def dump_calls(self) -> list[dict[str, Any]]:
        return [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.args or "{}"},
                **call.more,
            }
            for call in self.all_calls
        ]


class _Call:
    """A tool call whose arguments arrive in pieces."""

    __slots__ = ("args", "given", "id", "more", "name", "partial", "repeats", "sent")

    def __init__(self, given: str, id: str) -> None:
        self.given, self.id, self.name, self.args = given, id, "", ""
        self.sent = self.partial = False
        self.repeats = 0
        self.more: dict[str, Any] = {}

    def ends_at(self, id: str, name: str, raw: str | None) -> bool:
        """Whether a piece with the same index begins another call: some servers count all as 0."""
        if id and self.given and id != self.given:
            # A server that names each piece anew: only a call has a name.
            return bool(name) or not raw or arguments(self.args) is not None
        if not name or not self.name:
            return False
        more = bool(raw and raw.strip())
        return name != self.name or (more and arguments(self.args) is not None)

    def is_named_again(self, id: str, name: str, raw: str | None) -> bool:
        """Whether a chunk only repeats the beginning of a call, without id and arguments."""
        nothing = not (raw or "").strip() and not self.args.strip()
        return nothing and bool(name) and name == self.name and not id and not self.given

    def is_said_again(self, id: str, raw: str | None) -> bool:
        """Whether a piece repeats the whole call: some servers end with it."""
        whole = arguments(self.args) if id and id == self.given and raw else None
        return whole is not None and arguments(raw) == whole


def _says(delta: object) -> bool:
    """Whether a delta has anything of a message in it."""
    names = ("content", *_THOUGHTS, "reasoning_details", "refusal", "tool_calls", "function_call")
    return any(field(delta, name) for name in names)


_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_text", "thinking")
"""What servers call the field with a model's thoughts."""


def _content(content: object) -> list[TextDelta | ReasoningDelta]:
    """Return the text and the thoughts of a content, which is a text or a list of blocks."""
    if isinstance(content, str):
        return [TextDelta(content)] if content else []
    found: list[TextDelta | ReasoningDelta] = []
    blocks = [content] if isinstance(content, dict) else content
    for block in blocks if isinstance(blocks, list | tuple) else ():
        kind = block if isinstance(block, str) else text(block, "type") or "text"
        if isinstance(block, str):
            found.append(TextDelta(block))
        elif kind in ("thinking", "reasoning"):
            thought = field(block, kind) or field(block, "text") or field(block, "summary")
            said = [thought] if isinstance(thought, str) else _texts(thought)
            found += [ReasoningDelta(one) for one in said if one]
        elif kind in ("text", "output_text", "refusal"):
            found.append(TextDelta(text(block, "text") or text(block, "refusal")))
    return [delta for delta in found if delta.text]


def _texts(blocks: object) -> list[str]:
    listed = blocks if isinstance(blocks, list | tuple) else ()
    return [block if isinstance(block, str) else text(block, "text") for block in listed]


def _report(chunk: object, choice: object) -> object:
    """Return the error that a chunk reports, in any of the forms servers use."""
    if error := field(chunk, "error") or field(choice, "error"):
        return chunk if error is True else error
    if choice is not None:
        return None
    if "error" in (text(chunk, "object"), text(chunk, "type"), text(chunk, "status")):
        return chunk
    if field(chunk, "choices") is not None or field(chunk, "usage"):
        return None
    for name in ("errors", "detail", "error_message", "error_msg", "message", "msg"):
        if field(chunk, name):
            return chunk
    return _strange_report(chunk)


def _strange_report(chunk: object) -> object:
    """Return the error in a chunk that is nothing else, in a form of few servers."""
    if not isinstance(chunk, dict):
        return None
    for name, inner in chunk.items():
        if inner and str(name).lower() in ("error", "fault", "exception", "base_resp"):
            status = field(inner, "status_code")
            return None if status == 0 else inner
    codes = (chunk.get(name) for name in ("status", "code", "status_code", "error_code"))
    return chunk if any(isinstance(one, int) and 400 <= one < 600 for one in codes) else None


class SSEChunks:
    """Reads the bytes of an event stream as they come, cut anywhere.

    Attributes:
        done: The server has ended the stream.
        finished: The model has sent its finish reason.
        counted: The server has counted the tokens after that.
        begun: An event has come.
    """

    def __init__(self) -> None:
        self.begun = False
        self.done = False
        self.finished = False
        self.counted = False
        self._events = EventStream()
        self._chunks = ChatChunks()

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun whose `finish_reason` has not come."""
        return self._chunks.unfinished and not self.done

    def read(self, chunk: bytes) -> list[Delta]:
        """Return what some bytes add.

        Raises:
            ValueError: If an event is no JSON, or too large.
        """
        return self._read(self._events.read(chunk))

    def end(self) -> list[Delta]:
        """Return the deltas of the last bytes, at the end of the stream.

        Raises:
            ValueError: If an event is not valid JSON.
        """
        return self._read(self._events.end())

    def _read(self, events: list[ServerEvent]) -> list[Delta]:
        found: list[Delta] = []
        for event in events:
            if not self.done and event.data.strip():
                self.begun = True
                found += self._event(event)
        self.finished |= any(isinstance(delta, Finish) for delta in found)
        self.counted = self.finished and (
            self.counted or any(isinstance(delta, Usage) for delta in found)
        )
        return found

    def _event(self, event: ServerEvent) -> list[Delta]:
        data = event.data.strip()
        if data == "[DONE]":
            return self._done()
        if event.event == "error":
            return self._failed(data)
        try:
            chunk = decoded(data)
        except ValueError:
            if len(event.lines) < 2:
                raise
            # A server that leaves out the empty line between its events.
            return self._read([ServerEvent(event.event, [line], "") for line in event.lines])
        if isinstance(chunk, list):  # Google's errors
            return [delta for one in chunk for delta in self._chunks.read(one)]
        return self._chunks.read(chunk)

    def _done(self) -> list[Delta]:
        self.done = True
        if not self._chunks.answered:
            return self._failed("{}")  # a stream that is empty is no answer
        return self._chunks.end()

    def _failed(self, data: str) -> list[Delta]:
        try:
            report = decoded(data)
        except ValueError:
            report = data
        error = failure_of_report(report)
        return [Failure(error.code, str(error))]
