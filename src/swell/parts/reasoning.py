"""Reasoning: the thoughts of a model."""

from __future__ import annotations

from typing import ClassVar

from .base import Part

__all__ = ["Reasoning"]


class Reasoning(Part, tag="reasoning"):
    """The model's reasoning before its answer; shown as one line that opens.

    Attributes:
        text: Markdown.
        seconds: How long it thought, once that is known.
        done: Whether it has finished. While the message is streamed and it has not, the text
            is shown as it comes.
    """

    text: str
    seconds: float | None = None
    done: bool = False

    aside: ClassVar[bool] = True

    def as_markdown(self) -> str:
        """Return the thoughts as a quotation."""
        return "\n".join(f"> {line}".rstrip() for line in self.text.strip().splitlines())
