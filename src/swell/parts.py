"""Parts of a message: text, reasoning, tool calls, sources, files, images, tables, cards.

A part is a struct whose JSON names its kind in `type`. `Part` is any of them.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

__all__ = [
    "Card",
    "File",
    "Image",
    "Part",
    "Reasoning",
    "Source",
    "Table",
    "Text",
    "ToolCall",
]


class Text(msgspec.Struct, tag_field="type", tag="text", omit_defaults=True):
    """Markdown text."""

    text: str = ""


class Reasoning(msgspec.Struct, tag_field="type", tag="reasoning", omit_defaults=True):
    """What the model thought before it answered.

    Attributes:
        text: The thoughts, Markdown.
        seconds: How long it thought.
        done: Whether it has stopped thinking.
    """

    text: str = ""
    seconds: float | None = None
    done: bool = False


class ToolCall(msgspec.Struct, tag_field="type", tag="tool_call", omit_defaults=True):
    """One call of a tool, shown as a step that opens.

    Attributes:
        id: The call's id, as the model gave it.
        name: The tool.
        args: Its arguments, JSON.
        state: Where the call stands.
        result: What it returned, JSON.
        parts: Parts that the tool produced, shown inside.
    """

    id: str = ""
    name: str = ""
    args: Any = None
    state: Literal["running", "waiting", "done", "failed"] = "running"
    result: Any = None
    parts: list[Part] = []


class Source(msgspec.Struct, tag_field="type", tag="source", omit_defaults=True):
    """Something the answer rests on."""

    title: str = ""
    url: str | None = None
    quote: str | None = None
    index: int | None = None


class File(msgspec.Struct, tag_field="type", tag="file", omit_defaults=True):
    """A file to open or download; `size` is in bytes."""

    name: str = ""
    url: str = ""
    size: int | None = None
    mime: str | None = None


class Image(msgspec.Struct, tag_field="type", tag="image", omit_defaults=True):
    """A picture; width and height are in CSS pixels."""

    url: str = ""
    alt: str = ""
    width: int | None = None
    height: int | None = None


class Table(msgspec.Struct, tag_field="type", tag="table", omit_defaults=True):
    """A small table of plain values."""

    columns: list[str] = []
    rows: list[list[Any]] = []


class Card(msgspec.Struct, tag_field="type", tag="card", omit_defaults=True):
    """Components, as in a form card."""

    items: list[Any] = []


Part: TypeAlias = Text | Reasoning | ToolCall | Source | File | Image | Table | Card
"""Any part of a message."""
