"""Text: words of a message."""

from __future__ import annotations

from .base import Part

__all__ = ["Text"]


class Text(Part, tag="text"):
    """Words of the message.

    Attributes:
        text: Markdown.
    """

    text: str

    def as_markdown(self) -> str:
        """Return the text."""
        return self.text
