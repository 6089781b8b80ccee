"""Answer a question with passages quoted from the documentation."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence

from swell.demo.search import MARK, UNMARK, Hit

PACE_S = 0.02
"""Pause between two words, in seconds."""

MAX_QUOTE = 110
"""Longest section that is quoted whole, in words outside code."""

MAX_CODE = 16
"""Longest code that is quoted from a related section, in lines."""

MAX_LINES = 14
"""Longest list or table that is quoted whole, in lines; of a longer one, those that match."""

MAX_RELATED = 2
"""Most other pages that are quoted after the one that answers best."""

LEAD = "This is what the pages say."
MORE = "Related:"
NOTHING = (
    "The pages do not answer that. They are about Swell only: its cards, streaming, forms, "
    "themes and settings. Try other words, or look through [all pages](#docs/index)."
)


def compose(hits: Sequence[Hit]) -> str:
    """Return the answer as Markdown: quotes, each with a link to the page it is from."""
    if not hits:
        return NOTHING
    parts = [LEAD, *_quotes(hits[0], whole=True), _source(hits[0])]
    related: dict[str, Hit] = {}
    for hit in hits:  # of each other page the best section
        if hit.section.page != hits[0].section.page:
            related.setdefault(hit.section.page.path, hit)
    if related:
        parts.append(MORE)
    for hit in list(related.values())[:MAX_RELATED]:
        parts += [*_quotes(hit, whole=False), _source(hit)]
    return "\n\n".join(parts)


async def words(text: str) -> AsyncGenerator[str, None]:
    """Yield `text` word by word at a pleasant pace, as a model would."""
    for word in re.findall(r"\s*\S+", text):
        yield word
        await asyncio.sleep(PACE_S)


def passages(markdown: str) -> Iterator[str]:
    """Cut Markdown into its paragraphs, lists, tables and code blocks."""
    parts = re.split(r"(^```.*?^```$)", markdown, flags=re.MULTILINE | re.DOTALL)
    for i, part in enumerate(parts):  # the odd ones are code
        blocks = [part] if i % 2 else re.split(r"\n\s*\n", part)
        yield from (block.strip("\n") for block in blocks if block.strip())


def _quotes(hit: Hit, *, whole: bool) -> list[str]:
    """Choose what to quote of a section: all of it if it is short, else the best passage."""
    blocks = list(passages(hit.marked))
    length = sum(len(block.split()) for block in blocks if not _is_code(block))
    if not whole or length > MAX_QUOTE:
        best = max(range(len(blocks)), key=lambda i: len(_marked_words(blocks[i])))
        # Code comes with the sentence before it, and a sentence with the code after it.
        start = best - 1 if best and _is_code(blocks[best]) else best
        end = best + 2 if best + 1 < len(blocks) and _is_code(blocks[best + 1]) else best + 1
        blocks = blocks[start:end]
    if not whole:
        blocks = [b for b in blocks if not _is_code(b) or b.count("\n") < MAX_CODE]
    return [_quote(block) for block in blocks]


def _quote(block: str) -> str:
    """Return a passage as a quotation; only the matching lines of a long list or table."""
    lines = block.split("\n")
    if _is_code(block):
        return _without_marks(block)
    if lines[0].startswith("|"):
        head, rows = lines[:2], lines[2:]
        return _without_marks("\n".join(head + _matching(rows)))
    if re.match(r"\s*([-*]|\d+\.) ", lines[0].replace(MARK, "")):
        return _without_marks("\n".join(_matching(lines)))
    return _without_marks("\n".join(f"> {line}" for line in lines))


def _matching(lines: list[str]) -> list[str]:
    if len(lines) > MAX_LINES:
        lines = [line for line in lines if MARK in line] or lines
    return lines[:MAX_LINES]


def _source(hit: Hit) -> str:
    return f"[{hit.section.name}]({hit.section.page.link})"


def _is_code(block: str) -> bool:
    return block.startswith("```")


def _marked_words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(f"{MARK}(.*?){UNMARK}", text)}


def _without_marks(text: str) -> str:
    return text.replace(MARK, "").replace(UNMARK, "")
