"""Prompts and answers that say whose they are."""

from __future__ import annotations

import re

__all__ = ["answer", "foreign", "prompt"]

_MARK = re.compile("⟦(user[0-9]+):".encode())


def prompt(name: str, number: int, tokens: int) -> str:
    """Return a prompt of a person that asks for so many tokens."""
    return f"⟦{name}:{number}⟧ {tokens}"


def answer(name: str, asked: str) -> list[str]:
    """Return the tokens of the answer to a prompt, for the person who is signed in."""
    own, _, tokens = asked.partition(" ")
    return [f"{own} for ", *(f"⟦{name}:{number:04d}⟧" for number in range(int(tokens)))]


def foreign(name: str, frame: bytes) -> set[str]:
    """Return the other people of whom something is in a frame."""
    return {one.decode() for one in _MARK.findall(frame)} - {name}
