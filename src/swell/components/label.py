"""A label for what follows."""

from __future__ import annotations

from typing import ClassVar

from .base import Component


class Label(Component):
    """Show the label of what follows it.

    Attributes:
        label: The text.
        required: Mark what follows as required.
        disabled: Draw it paler.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside it.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "label"
    label: str
    required: bool | None = None
    disabled: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
    name: str | None = None
