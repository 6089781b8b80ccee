"""Mutant: a line of Swell that holds an attack off, and what it is replaced with."""

from __future__ import annotations

from typing import NamedTuple

HERE = "tests/attacks"


class Mutant(NamedTuple):
    """One weakened server.

    Attributes:
        number: The attack, S1 to S24 or F1 to F12.
        attack: What the attacker does.
        held: What holds it off.
        changes: Files below `src`, or of `web/src`, a text that is in each once, and the text to
            put there.
        test: The test that has to fail, below `tests/attacks` unless it has a folder. One of the
            web client runs without a browser.
        quick: Whether `make test` tries it.
    """

    number: str
    attack: str
    held: str
    changes: tuple[tuple[str, str, str], ...]
    test: str
    quick: bool = False

    @property
    def node(self) -> str:
        """The test as pytest names it."""
        return self.test if self.test.startswith(("tests/", "web/")) else f"{HERE}/{self.test}"

    @property
    def web(self) -> bool:
        """Whether the web client is weakened."""
        return self.node.startswith("web/")
