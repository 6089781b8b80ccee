"""What a program that takes only text gets for each kind of part."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from swell.parts import (
    Card,
    File,
    Image,
    Incomplete,
    Part,
    Reasoning,
    Source,
    Table,
    Text,
    ToolCall,
)

__all__ = ["in_words", "json_text", "sources_in_words"]


def in_words(part: Part) -> str:
    """Return a part as Markdown; empty for tool calls, reasoning, and cards without text."""
    match part:
        case Text(text):
            return text
        case Image():
            return f"![{_label(part.alt)}]({part.url})"
        case File():
            return f"[{_label(part.name)}]({part.url})"
        case Table():
            rows = [[str(cell) for cell in row] for row in part.rows]
            lines = [part.columns, ["---"] * len(part.columns), *rows]
            return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)
        case Card():
            return "\n\n".join(_texts(msgspec.to_builtins(part.dump())["items"]))
        case ToolCall() | Reasoning() | Source() | Incomplete():
            return ""


def sources_in_words(sources: list[Source]) -> str:
    """Return sources as a numbered list."""
    lines = []
    for number, source in enumerate(sources, 1):
        name = f"[{_label(source.title)}]({source.url})" if source.url else source.title
        lines.append(f"{source.index or number}. {name}")
    return "\n".join(lines)


def json_text(value: object) -> str:
    """Return a value as JSON, a text as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _texts(items: list[Any]) -> list[str]:
    found = []
    for item in items:
        for inner in item.values():
            text = inner.get("content") or inner.get("text")
            if isinstance(text, str):
                found.append(text)
    return found


def _label(text: str) -> str:
    return text.replace("[", "\\[").replace("]", "\\]").replace("\n", " ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
