"""Incomplete: why an answer ends early."""

from __future__ import annotations

from typing import ClassVar, Literal

from swell.locales import Words, words_of

from .base import Part

__all__ = ["Incomplete"]


class Incomplete(Part, tag="incomplete"):
    """Why an answer ends before it is complete; shown as one line at its end.

    Attributes:
        reason: `length`, the model reached its limit of tokens, and the reader may let it continue;
            `context`, the conversation filled the model's context; `content_filter`, the provider
            cut the answer; `refusal`, the model declined.
    """

    reason: Literal["length", "context", "content_filter", "refusal"]

    aside: ClassVar[bool] = True

    def as_markdown(self) -> str:
        """Return the reason as a sentence in English."""
        return self.as_markdown_in(words_of())

    def as_markdown_in(self, words: Words) -> str:
        """Return the reason as a sentence."""
        return f"*{words.incomplete.get(self.reason, self.reason)}*"
