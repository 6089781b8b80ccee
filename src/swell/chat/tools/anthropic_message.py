"""A message of Anthropic, put together from the events of its stream."""

from __future__ import annotations

from typing import Any

from swell.models.fields import arguments

__all__ = ["AnthropicMessage"]


class AnthropicMessage:
    """What a request sends back of an answer: its blocks, and why it stopped.

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
