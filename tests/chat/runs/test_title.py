"""The title of a thread before the user or the handler names it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from swell.chat import Turn
from swell.chat.runs.title import TITLE_MAX, plain_line
from swell.testing.chat import chatting


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("How do whales sleep?", "How do whales sleep?"),
        ("  two \t words\u00a0here\nand more", "two words here"),
        ("Tell me **how** and *why*", "Tell me how and why"),
        ("__How__, _why_ and ~~when~~ ***now***", "How, why and when now"),
        ("**All *of* it**", "All of it"),
        ("# A heading", "A heading"),
        ("### Closed", "Closed"),
        ("What does `x = a_b * c` do?", "What does x = a_b * c do?"),
        ("What does ``**`` do", "What does ** do"),
        ("Read [the docs](https://example.com/a_(b)) first", "Read the docs first"),
        ("[**bold** label](x)", "bold label"),
        ("See [this][1]", "See this"),
        ("![A cat](cat.png) what is it?", "A cat what is it?"),
        ("[![badge](b.png)](https://example.com)", "badge"),
        ("<https://example.com/a> says", "https://example.com/a says"),
        ("- first\n- second", "first"),
        ("* [ ] to do", "to do"),
        ("1. one\n2. two", "one"),
        ("> > quoted", "quoted"),
        ("> # Both", "Both"),
        ("---\nAfter a rule", "After a rule"),
        ("\n\n  \nLater", "Later"),
        ("```py\nprint(1)\n```\nWhat is this?", "What is this?"),
        ("Why?\n```\nx\n```", "Why?"),
        ("```py\n\n# see __init__\n```", "# see __init__"),
        ("~~~\n```\n~~~\nafter", "after"),
        ("```never closed", "```never closed"),
        ("```\nnever closed", "never closed"),
        ("```one line```", "one line"),
        # What is no mark stays.
        ("2 * 3 * 4 = 24", "2 * 3 * 4 = 24"),
        ("3*4*5", "3*4*5"),
        ("snake_case_name and __x", "snake_case_name and __x"),
        ("a[0](1) and x[i]", "a0 and x[i]"),
        ("#hashtag -5 +1 1.5", "#hashtag -5 +1 1.5"),
        ("I <b>am</b> 5 > 3", "I <b>am</b> 5 > 3"),
        ("**open", "**open"),
        # Never nothing where there is something.
        ("---", "---"),
        ("#", "#"),
        ("- ", "-"),
        ("```", "```"),
        ("[](x)", "[](x)"),
        ("🙂", "🙂"),
        ("  \n ", ""),
        ("", ""),
    ],
)
def test_a_title_is_plain_words(prompt: str, title: str) -> None:
    assert plain_line(prompt) == title


@pytest.mark.parametrize(
    "unit", ["*", "* ", "*a ", "`", "` ", "[", "[a](", "_a", "# ", "> ", "~~a", "*~~", "(", "- "]
)
def test_no_prompt_takes_long(unit: str) -> None:
    begun = time.perf_counter()
    assert plain_line(unit * 50_000)
    assert time.perf_counter() - begun < 1


@pytest.mark.anyio
async def test_a_thread_is_named_by_its_first_prompt() -> None:
    async def echo(turn: Turn) -> AsyncIterator[str]:
        yield turn.prompt

    async with chatting(echo, attachments=True) as chat:
        await chat.send("**How** do I use `sorted`?")
        await chat.open("")
        await chat.send("word " * 30)
        await chat.open("")
        await chat.attach("", [("a b.txt", b"x"), ("c.txt", b"x")])
        files, long, first = chat.threads
        assert first == "How do I use sorted?"
        assert long == ("word " * 11).strip() + "…"
        assert len(long) <= TITLE_MAX
        assert files == "a b.txt, c.txt"
