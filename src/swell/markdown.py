"""Escape texts and values so that Markdown shows them literally."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

__all__ = ["code", "escape", "fenced", "line", "link", "table"]

_INLINE = re.compile(r"[\\`*_\[\]<>#|~]|&(?=#?\w+;)|:(?=//)|(?<=www)\.", re.IGNORECASE)
_BLOCK = re.compile(r"^([ \t]*|[ \t]*\d{1,9}(?=[.)]))([-+=.)])", re.MULTILINE)
_NO_ADDRESS = re.compile(r"[<>()\s]")


def escape(text: str) -> str:
    """Return a text escaped so that Markdown shows it literally.

    >>> print(escape("2*3 is [not] a_link"))
    2\\*3 is \\[not\\] a\\_link
    """
    return _BLOCK.sub(r"\1\\\2", _INLINE.sub(r"\\\g<0>", text))


def line(text: str) -> str:
    """Return a text on one line."""
    return escape(" ".join(text.split()))


def link(label: str, address: str) -> str:
    """Return a link.

    >>> link("A [list]", "/files/a b.csv")
    '[A \\\\[list\\\\]](/files/a%20b.csv)'
    """
    return f"[{line(label)}]({_NO_ADDRESS.sub(lambda found: f'%{ord(found[0]):02X}', address)})"


def fenced(text: str, language: str = "") -> str:
    """Return a block of code, whatever is in the text."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def code(text: str) -> str:
    """Return a text as code on one line."""
    text = " ".join(text.split())
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else "``` ```"


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table.

    >>> print(table(["a", "b"], [[1, None]]))
    | a | b |
    | --- | --- |
    | 1 |  |
    """
    lines = [[*map(_cell, columns)], ["---"] * len(columns), *([*map(_cell, row)] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
