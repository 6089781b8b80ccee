"""Tokens with a number each: what is lost, doubled or out of order shows in the text."""

from __future__ import annotations

import functools
import re


def token(number: int) -> str:
    """Return a token with its number; some have characters of 2, 3 and 4 bytes in UTF-8."""
    return f"⟦{number:06d}⟧" + ("", "é", "😀 ", "", " ")[number % 5]


@functools.cache
def text(count: int) -> str:
    """Return the text that so many tokens make."""
    return "".join(map(token, range(count)))


def numbers(shown: str) -> list[int]:
    """Return the numbers of the tokens in a text, in their order."""
    return [int(number) for number in re.findall(r"⟦(\d{6})⟧", shown)]
