"""What a chunk of a model's stream adds to the answer, whoever made the chunk."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

__all__ = [
    "Delta",
    "Failure",
    "ReasoningDelta",
    "TextDelta",
    "ToolCallDelta",
    "ToolState",
    "Usage",
]

ToolState: TypeAlias = Literal["running", "waiting", "done", "failed"]


class TextDelta(msgspec.Struct, frozen=True):
    """More text of the answer.

    Attributes:
        text: Markdown to add at the end.
    """

    text: str


class ReasoningDelta(msgspec.Struct, frozen=True):
    """More of what the model thought before it answered.

    Attributes:
        text: Markdown to add at the end of the thought.
    """

    text: str


class ToolCallDelta(msgspec.Struct, frozen=True):
    """News of a tool call; the first one with an id begins the call.

    Attributes:
        id: Names the call within the answer.
        name: Name of the tool; empty when it is not said again.
        args: The arguments, once they are complete; None when they are not said (again).
        state: Where the call is now.
        result: What the tool returned, as JSON; None until then, or when it returned nothing. Of a
            call that is running, its progress.
        fault: Why the tool must not be called: what is wrong with the arguments so far. Empty
            when they are an object, or when there are none.
    """

    id: str
    name: str = ""
    args: dict[str, object] | None = None
    state: ToolState = "running"
    result: object = None
    fault: str = ""


class Usage(msgspec.Struct, frozen=True):
    """Tokens that the model counted for one request; sum them over an answer.

    Attributes:
        input: Tokens read.
        output: Tokens written, the reasoning included.
    """

    input: int = 0
    output: int = 0


class Failure(msgspec.Struct, frozen=True):
    """The model's server reported, in the middle of its stream, that it cannot go on.

    Attributes:
        code: Code of the matching `ModelError`, such as `overloaded`.
        message: A sentence for the person; never the server's own words.
    """

    code: str
    message: str


Delta: TypeAlias = TextDelta | ReasoningDelta | ToolCallDelta | Usage | Failure
