"""Title: the default name of a thread, made from its first prompt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from swell.parts import File, Part, Text

__all__ = ["TITLE_MAX", "first_title", "plain_line"]

TITLE_MAX = 60
"""Longest title, in code points."""

_LINE_MAX = 500  # code points of a line that are searched, since the patterns may be nested

_FENCE = re.compile(r"\s*(`{3,}[^`]*|~{3,}.*)$")
_RULE = re.compile(r"\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|=+\s*)$")
_BLOCK = re.compile(r"\s*(?:#{1,6}(?:\s+|$)|>|(?:[-*+]|\d{1,9}[.)])(?:\s+|$)(?:\[[ xX]\]\s+)?)")
_MARK = re.compile(
    r"(?P<ticks>`+)(?P<code>[^`]+)(?P=ticks)"
    r"|!?\[(?P<label>(?:[^\[\]]|!?\[[^\[\]]*\]\([^()]*\))*)\]"
    r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
    r"|<(?P<link>https?://[^<>\s]+)>"
    r"|(?<!\w)(?P<mark>\*{1,3}|_{1,3}|~~)(?=\S)(?P<marked>.+?)(?<=\S)(?P=mark)(?!\w)"
)


def first_title(prompt: Sequence[Part]) -> str:
    """Return a title for a thread: the first line of its prompt, or the names of its files.

    It has no marks of Markdown, and is empty only if there is neither text nor file.
    """
    names = [part.name for part in prompt if isinstance(part, File)]
    text = "\n\n".join(part.text for part in prompt if isinstance(part, Text))
    words = plain_line(text) or " ".join(", ".join(names).split())
    return words if len(words) <= TITLE_MAX else words[: TITLE_MAX - 1].rsplit(" ", 1)[0] + "…"


def plain_line(text: str) -> str:
    """Return the first non-empty line of a Markdown text, as plain text.

    A line of code is used only if there is no other line, and unchanged.

    >>> plain_line("## How do I use `sorted` in [Python](https://python.org)?")
    'How do I use sorted in Python?'
    """
    code: list[str] = []
    fence = ""  # the fence of the open code block
    for line in (line[:_LINE_MAX] for line in text.splitlines()):
        if (found := _FENCE.match(line)) and fence in ("", found[1][:3]):
            fence = "" if fence else found[1][:3]
        elif fence:
            code.append(line)
        elif not _RULE.match(line) and (words := _without_marks(line)):
            return words
    whole = (" ".join(line.split()) for line in [*code, *text.splitlines()])
    return next(filter(None, whole), "")  # marks are better than nothing


def _without_marks(line: str) -> str:
    while found := _BLOCK.match(line):
        line = line[found.end() :]
    return " ".join(_unmarked(line).split())


def _unmarked(text: str) -> str:
    def said(found: re.Match[str]) -> str:
        if (code := found["code"] or found["link"]) is not None:
            return code
        return _unmarked(found["label"] or found["marked"] or "")

    return _MARK.sub(said, text)
