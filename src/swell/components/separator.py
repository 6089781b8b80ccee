"""A line between parts of a form."""

from __future__ import annotations

from typing import ClassVar

from .base import Component


class Separator(Component):
    """Draw a line.

    Attributes:
        label: Text in the middle of the line.
        name: Name by which it can be reached on the card.
        width: CSS width.
        visible: False hides it.
    """

    tag: ClassVar[str] = "separator"
    label: str | None = None
    name: str | None = None
    width: str | None = None
    visible: bool | None = None
