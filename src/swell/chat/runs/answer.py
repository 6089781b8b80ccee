"""Answer: yielded values become the parts of one answer, with a log of changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, TypeAlias, TypeGuard

import msgspec

from swell.chat.files import refuse_dead_addresses, stored_urls
from swell.coerce import well_formed
from swell.errors import AnswerLimitError, ModelConnectionError
from swell.mistakes import near_miss
from swell.models import (
    Delta,
    Failure,
    Finish,
    Reader,
    ReasoningDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from swell.models.failures import error_of
from swell.parts import Incomplete, Part, Reasoning, Text, ToolCall, to_parts
from swell.parts.base import part_types

from .ask import refuse_buttons
from .awaiting import Pending

__all__ = ["MAX_PARTS", "MAX_TEXT", "Answer", "Change", "Grown", "Placed"]

MAX_TEXT = 500_000
"""Longest text of one answer, in code points; a page takes no longer ones."""

MAX_PARTS = 1_000
"""Most parts of one answer."""


class Grown(msgspec.Struct, frozen=True, gc=False):
    """Text was added to the end of a part.

    Attributes:
        at: Which part.
        text: The added text.
    """

    at: int
    text: str


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A part was added, or replaced as a whole.

    Attributes:
        at: Which part.
    """

    at: int


_BROKEN_BODY = "incomplete chunked read"
"""httpx's message for a truncated body."""

Change: TypeAlias = Grown | Placed


class Answer:
    """The parts of an answer while it is made.

    A consumer remembers the length of `log` when it read `parts()`, and later reads only the new
    entries: the cost of a token does not grow with the answer.

    Args:
        parts: The parts so far.
        clock: Seconds of a monotonic clock.

    Attributes:
        log: Every change, oldest first.
        frozen: Nothing is taken any more; set when the answer is stopped.
        usage: Tokens that the model counted, None when it did not.
        tokens: The same by the name of the model, as (read, written).
        stored: Addresses of stored files among the parts.
    """

    def __init__(
        self,
        parts: list[Part] | None = None,
        clock: Callable[[], float] = time.monotonic,
        live: Container[str] | None = (),
    ) -> None:
        self._live = live
        self.log: list[Change] = []
        self.frozen = False
        self.usage: dict[str, Any] | None = None
        self.tokens: dict[str, tuple[int, int]] = {}
        self.stored: set[str] = set()
        self._parts: list[Part] = list(parts or ())
        self._calls = {p.id: i for i, p in enumerate(self._parts) if isinstance(p, ToolCall)}
        self._pending: list[str] = []  # text of the last part that is not in it yet
        self._half = ""  # first half of a character at the end of the last part
        self._size = 0
        self._thought_since: float | None = None
        self._reader = Reader()
        self._finish = Finish()  # of the last message
        self._clock = clock

    def __bool__(self) -> bool:
        return bool(self._parts)

    @property
    def says_something(self) -> bool:
        """Whether there is anything to see, a reason to have ended included."""
        if self._finish.reason not in ("stop", "tool_calls"):
            return True
        return any(not isinstance(p, Text) or p.text.strip() for p in self.parts())

    def parts(self) -> list[Part]:
        """Return copies of the parts as they are now; the cost grows with the text."""
        self._settle()
        return [msgspec.structs.replace(part) for part in self._parts]

    def part(self, index: int) -> Part:
        """Return the current state of one part; do not change it."""
        if index == len(self._parts) - 1:
            self._settle()
        return self._parts[index]

    def feed(self, item: object) -> None:
        """Add a yielded value: text, a part, a delta, or a chunk of a provider's stream.

        Raises:
            ModelError: If the chunk reports that the model failed.
            AnswerLimitError: If the answer would grow past its bound.
            PartError: If it is a part that is not valid.
            TypeError: If it is nothing of these.
        """
        if self.frozen or item is None:
            return
        if isinstance(item, str):
            self._say(item)
        elif isinstance(item, Pending):
            bool(item)  # raises, and names the call
        elif isinstance(item, Part):
            _refuse_dead(item, self._live)
            self.put(item)
        elif _is_part(item):
            part = to_parts([item])[0]
            _refuse_dead(part, self._live)
            self.put(part)
        else:
            for delta in self._read(item):
                self._take(delta)

    def put(self, part: Part) -> int:
        """Add a part, or replace the tool call with the same id; return its place.

        Raises:
            AnswerLimitError: If there are too many.
            PartError: If it is not valid.
        """
        if isinstance(part, Text):
            self._say(part.text)
            return len(self._parts) - 1
        part = to_parts([part])[0]  # checked, and not shared with the handler
        self.stored |= stored_urls([part])
        self._end_thought()
        index = self._calls.get(part.id) if isinstance(part, ToolCall) else None
        return self._add(part) if index is None else self.replace(index, part)

    def replace(self, index: int, part: Part) -> int:
        """Put another part in place of the one at `index`."""
        self._settle()
        self._parts[index] = part
        self.log.append(Placed(index))
        return index

    def receive(self, grown: Iterable[tuple[int, str]], placed: Iterable[tuple[int, Part]]) -> None:
        """Take changes that the same answer had in another process.

        Args:
            grown: Text that was added to the last part that is there, by its place.
            placed: Parts that were added or replaced after that, by their places.

        Raises:
            IndexError: If a part is missing before one of these.
        """
        for at, text in grown:
            if at != len(self._parts) - 1:
                raise IndexError(f"text for part {at} of {len(self._parts)}")
            self._pending.append(text)
            self.log.append(Grown(at, text))
        for at, part in placed:
            self._settle()
            if at > len(self._parts):
                raise IndexError(f"part {at} of {len(self._parts)}")
            self._parts[at : at + 1] = [part]
            self.stored |= stored_urls([part])
            self.log.append(Placed(at))

    def restore(self, parts: list[Part]) -> None:
        """Replace everything by what the same answer has in the store."""
        self._pending.clear()
        self._parts = parts
        self.stored |= stored_urls(parts)
        self.log.append(Placed(0))

    def broken(self) -> Exception | None:
        """Return the failure of a stream that stopped before its end, though nothing was raised.

        Packages end a stream without an error when the connection is closed in order. Takes the
        last bytes of an event stream, for no more will come.
        """
        if not self.frozen:
            try:
                for delta in self._reader.end():
                    self._take(delta)
            except Exception as failure:
                return failure
        package = self._reader.unfinished
        if package is None:
            return None
        error = ModelConnectionError()
        error.add_note(
            f"the stream of {package} ended before the chunk with its finish reason: the "
            "connection broke, or the handler does not yield every chunk of it"
        )
        return error

    def complete_despite(self, error: BaseException) -> bool:
        """Return whether an error came after the end of the model's last message.

        A server may cut the body behind a complete stream, which changes nothing.
        """
        return (
            self._reader.complete
            and self._finish.reason != "tool_calls"
            and any(_BROKEN_BODY in str(found) for found in (error, error.__cause__))
        )

    def end(self, *, done: bool = False) -> None:
        """Accept no further values, and close the open parts.

        Args:
            done: The handler has ended in order. What its package ran is done then, with a result
                that is not known; otherwise it has failed.
        """
        self.frozen = True
        self._end_half()
        self._end_thought()
        for index, part in enumerate(self._parts):
            if isinstance(part, ToolCall) and part.state in ("running", "waiting"):
                state = "done" if done and part.state == "running" else "failed"
                self.replace(index, msgspec.structs.replace(part, state=state))
        reason = self._finish.reason
        if reason != "stop" and reason != "tool_calls" and len(self._parts) < MAX_PARTS:
            self._add(Incomplete(reason))

    def _read(self, item: object) -> list[Delta]:
        try:
            return self._reader.read(item)
        except TypeError as error:
            kind = item.get("type") if isinstance(item, Mapping) else None
            near = near_miss(kind, part_types()) if isinstance(kind, str) else ""
            if near:
                error.add_note(f"no part has the type {kind!r}{near}")
            raise

    def _take(self, delta: Delta) -> None:
        if isinstance(delta, TextDelta):
            self._say(delta.text)
        elif isinstance(delta, ReasoningDelta):
            if delta.before:
                self._thought_before(delta.before)
            if delta.text or not delta.before:
                self._think(delta.text)
        elif isinstance(delta, ToolCallDelta):
            self._call(delta)
        elif isinstance(delta, Usage):
            before = self.usage or {"input": 0, "output": 0}
            self.usage = {
                "input": before["input"] + delta.input,
                "output": before["output"] + delta.output,
            }
            read, written = self.tokens.get(delta.model, (0, 0))
            self.tokens[delta.model] = read + delta.input, written + delta.output
        elif isinstance(delta, Finish):
            self._finish = delta
        elif isinstance(delta, Failure):
            raise error_of(delta)

    def _say(self, text: str) -> None:
        if not text:
            return
        if not self._parts or not isinstance(self._parts[-1], Text):
            self._end_thought()
            self._add(Text(""))
        self._grow(text)

    def _think(self, text: str) -> None:
        last = self._parts[-1] if self._parts else None
        if not isinstance(last, Reasoning) or last.done:
            self._thought_since = self._clock()
            self._add(Reasoning("", done=False))
        if text:
            self._grow(text)

    def _thought_before(self, size: int) -> None:
        """Make the last `size` code points of the text a thought."""
        self._end_half()
        self._settle()
        last = self._parts[-1] if self._parts else None
        if not isinstance(last, Text):
            return
        kept, thought = last.text[:-size], Reasoning(last.text[-size:].strip(), done=True)
        index = len(self._parts) - 1
        if kept.strip():
            self.replace(index, Text(kept))
            self._add(thought)
        elif thought.text:
            self.replace(index, thought)

    def _call(self, delta: ToolCallDelta) -> None:
        self._end_thought()
        index = self._calls.get(delta.id)
        if index is None:
            call = ToolCall(delta.name, delta.args, delta.state, delta.result, id=delta.id)
            self._add(to_parts([call])[0])
            return
        known = self._parts[index]
        assert isinstance(known, ToolCall)
        call = ToolCall(
            delta.name or known.name,
            known.args if delta.args is None else delta.args,
            delta.state,
            known.result if delta.result is None else delta.result,
            known.parts,
            known.id,
        )
        self.replace(index, to_parts([call])[0])

    def _add(self, part: Part) -> int:
        if len(self._parts) >= MAX_PARTS:
            raise AnswerLimitError("the answer", f"{MAX_PARTS:,} parts")
        self._end_half()
        self._settle()
        self._parts.append(part)
        index = len(self._parts) - 1
        if isinstance(part, ToolCall):
            self._calls[part.id] = index
        self.log.append(Placed(index))
        return index

    def _grow(self, text: str) -> None:
        self._size += len(text)
        if self._size > MAX_TEXT:
            raise AnswerLimitError("the answer", f"{MAX_TEXT:,} code points")
        if self._half or not text.isascii():
            text, self._half = self._half + text, ""
            if "\ud800" <= text[-1] <= "\udbff":  # half a character; the next piece has the other
                text, self._half = text[:-1], text[-1]
            if not text:
                return
            text = well_formed(text)
        self._pending.append(text)
        self.log.append(Grown(len(self._parts) - 1, text))

    def _end_half(self) -> None:
        """Replace half of a character whose other half has not come."""
        if self._half:
            half, self._half = well_formed(self._half), ""
            self._pending.append(half)
            self.log.append(Grown(len(self._parts) - 1, half))

    def _end_thought(self) -> None:
        last = self._parts[-1] if self._parts else None
        if isinstance(last, Reasoning) and not last.done:
            self._end_half()
            self._settle()
            since = self._thought_since
            seconds = None if since is None else round(self._clock() - since, 1)
            self.replace(len(self._parts) - 1, Reasoning(last.text, seconds, done=True))

    def _settle(self) -> None:
        """Move text that has come into the part it belongs to."""
        if self._pending:
            last = self._parts[-1]
            assert isinstance(last, Text | Reasoning)
            last.text = "".join([last.text, *self._pending])
            self._pending.clear()


def _is_part(item: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether it is a part as a dict, and no event of a package with a `type` of the same name."""
    return isinstance(item, Mapping) and item.get("type") in part_types() and "snapshot" not in item


def _refuse_dead(part: Part, live: Container[str] | None) -> None:
    refuse_buttons(part, live)
    refuse_dead_addresses(part)
