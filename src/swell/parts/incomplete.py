"""Incomplete: why an answer ends early."""

from __future__ import annotations

from typing import ClassVar, Literal

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
        return f"*{_SENTENCES.get(self.reason, self.reason)}*"


_SENTENCES = {
    "length": "The answer reached the model's length limit.",
    "context": "The conversation filled the model's memory.",
    "content_filter": "The provider's content filter ended this answer.",
    "refusal": "The model declined to answer.",
}
