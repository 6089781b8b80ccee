"""The assistant's message of a chat completion, put together to be sent back.

Providers expect some fields back with the results of tools: reasoning, its signature, the signature
of a call. The names differ, so all similar fields are kept unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from swell.models.fields import field, jsonable

__all__ = ["AssistantMessage", "merge", "more_of_call"]

_KEPT = re.compile(
    r"reasoning|thought|thinking|signature|encrypted|extra_content|opaque", re.IGNORECASE
)
"""Fields of a message that go back. Others are refused by strict servers."""

_NAMED = ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks", "extra_content")
_WHOLE = re.compile(r"signature|encrypted|opaque|^(id|type|format|index|name|role)$", re.IGNORECASE)
"""Texts that come in one piece; others grow."""


class AssistantMessage:
    """Collects the deltas of one message."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._blocks: list[Any] = []
        self._more: dict[str, Any] = {}

    def add(self, delta: object) -> None:
        """Add a delta, or a whole message."""
        content = field(delta, "content")
        if isinstance(content, str):
            self._said.append(content)
        elif isinstance(content, list):
            for block in content:
                self._add_block(jsonable(block))
        for name, value in _others(delta):
            if value is not None and _KEPT.search(name):
                merge(self._more, {name: jsonable(value)})

    def dump(self, calls: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the message as a request of chat completions takes it.

        Args:
            calls: Its tool calls, in the same form.
        """
        said = "".join(self._said)
        content: Any = said or None
        if self._blocks:
            content = [*self._blocks, *([{"type": "text", "text": said}] if said else [])]
        message = {"role": "assistant", "content": content, **self._more}
        return {**message, "tool_calls": calls} if calls else message

    def _add_block(self, block: Any) -> None:
        last = self._blocks[-1] if self._blocks else None
        if (
            isinstance(last, dict)
            and isinstance(block, dict)
            and last.get("type") == block.get("type")
        ):
            merge(last, block)
        else:
            self._blocks.append(block)


def more_of_call(piece: object) -> dict[str, Any]:
    """Return the provider's fields of a tool call beyond the standard's."""
    known = ("index", "id", "type", "function", "custom")
    return {
        name: jsonable(value)
        for name, value in _others(piece)
        if name not in known and value is not None
    }


def merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add the fields of a delta to those that came before."""
    for name, value in more.items():
        before = into.get(name)
        if isinstance(before, str) and isinstance(value, str) and not _WHOLE.search(name):
            into[name] = before + value
        elif isinstance(before, dict) and isinstance(value, dict):
            merge(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            for item in value:
                _merge_item(before, item)
        elif value is not None or name not in into:
            into[name] = value


def _merge_item(into: list[Any], item: Any) -> None:
    """Add an item of a list; one with the index and type of an earlier one continues it."""
    index = item.get("index") if isinstance(item, dict) else None
    for known in into if index is not None else ():
        if known.get("index") == index and known.get("type") == item.get("type"):
            merge(known, item)
            return
    last = into[-1] if into else None
    if isinstance(last, dict) and isinstance(item, dict) and {*last, *item} == {"type", "text"}:
        merge(last, item)  # pieces of one text, as in a block of thinking
    else:
        into.append(item)


def _others(thing: object) -> Iterator[tuple[str, object]]:
    """Yield the fields that may not be in the standard."""
    more = thing if isinstance(thing, dict) else getattr(thing, "model_extra", None)
    if isinstance(more, dict):
        yield from more.items()
    if not isinstance(thing, dict):
        for name in _NAMED:  # a package that declares them has them among its own
            if not (isinstance(more, dict) and name in more):
                yield name, field(thing, name)
