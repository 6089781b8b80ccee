"""Deltas: what a chunk of a model's stream adds to the answer, for every provider."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

__all__ = [
    "Delta",
    "Failure",
    "Finish",
    "FinishReason",
    "ReasoningDelta",
    "TextDelta",
    "ToolCallDelta",
    "ToolState",
    "Usage",
    "end_word",
    "finish_reason",
]

ToolState: TypeAlias = Literal["running", "waiting", "done", "failed"]
FinishReason: TypeAlias = Literal[
    "stop", "tool_calls", "length", "context", "content_filter", "refusal"
]


class TextDelta(msgspec.Struct, frozen=True):
    """More text of the answer.

    Attributes:
        text: Markdown to add at the end.
    """

    text: str


class ReasoningDelta(msgspec.Struct, frozen=True):
    """More of the model's reasoning.

    Attributes:
        text: Markdown to add at the end of the thought.
        before: How much of the text right before this was the thought, in code points: some
            models only say so at its end.
    """

    text: str
    before: int = 0


class ToolCallDelta(msgspec.Struct, frozen=True):
    """News of a tool call; the first one with an id begins the call.

    Attributes:
        id: Names the call within the answer.
        name: Name of the tool; empty if it is not sent again.
        args: The arguments, once they are complete; None if they are not sent (again).
        state: Where the call is now.
        result: The tool's result, as JSON; None until then, or without a result. The progress of a
            running call.
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
        output: Tokens of the answer, including its reasoning.
        model: Name of the model, as the provider reports it; empty when it does not.
    """

    input: int = 0
    output: int = 0
    model: str = ""

    def __bool__(self) -> bool:
        return bool(self.input or self.output)


class Failure(msgspec.Struct, frozen=True):
    """The model's server reported, in the middle of its stream, that it cannot continue.

    Attributes:
        code: Code of the matching `ModelError`, such as `overloaded`.
        message: Text for the user, without text of the server.
    """

    code: str
    message: str


class Finish(msgspec.Struct, frozen=True):
    """The model has ended its message; an answer may have several.

    Attributes:
        reason: Why: `stop`, it was complete; `tool_calls`, it waits for the results of tools;
            `length`, it reached the limit of tokens of the request; `context`, the conversation
            filled the model's context; `content_filter`, the provider cut it; `refusal`, the
            model declined.
        message: The message as the provider takes it back in the next request, with signatures
            and whatever else it sent; None where its package keeps the message itself.
    """

    reason: FinishReason = "stop"
    message: dict[str, object] | None = None


Delta: TypeAlias = TextDelta | ReasoningDelta | ToolCallDelta | Usage | Failure | Finish

_REASONS: dict[str, FinishReason] = {
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "max_length": "length",
    "incomplete": "length",
    "max_completion_tokens": "length",
    "token_limit": "length",
    "repetition_truncation": "length",
    "time_limit": "length",
    "model_length": "context",
    "context_window_exceeded": "context",
    "model_context_window_exceeded": "context",
    "content_filter": "content_filter",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "spii": "content_filter",
    "image_safety": "content_filter",
    "image_prohibited_content": "content_filter",
    "image_recitation": "content_filter",
    "sensitive": "content_filter",
    "error_toxic": "content_filter",
    "refusal": "refusal",
}


def finish_reason(word: object) -> FinishReason:
    """Map a provider's finish reason; unknown ones are `stop`."""
    return _REASONS.get(end_word(word), "stop")


def end_word(word: object) -> str:
    """Return a provider's word for the end of a message in one spelling."""
    word = getattr(word, "value", word)  # an enum in some packages
    return str(word).lower().replace("-", "_").removeprefix("finish_reason_")
