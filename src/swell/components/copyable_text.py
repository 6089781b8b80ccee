"""Text to take along."""

from __future__ import annotations

from typing import ClassVar

from .base import Component


class CopyableText(Component):
    """Show text with a button that copies it.

    Attributes:
        value: The text.
        label: Text above it.
        name: Name by which it can be reached on the card.
        multiline: Show its lines; without, it is shown in one.
        height: CSS height with `multiline`, such as `200px`, or `1` for the rest of the card.
        width: CSS width.
    """

    tag: ClassVar[str] = "copyable_text"
    value: str
    label: str
    name: str | None = None
    multiline: bool | None = None
    height: str | None = None
    width: str | None = None
