"""Figures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from swell.schema.kinds import Record

from .base import Component


class Stat(Record):
    """A figure and what it is.

    Attributes:
        label: What it is.
        value: The figure.
        caption: Text below it.
        icon: Name of an icon before it.
        icon_color: CSS colour of the icon, or the name of one of the palette, such as `$mint`.
        name: Name by which it can be reached on the card.
    """

    label: str
    value: str | None = None
    caption: str | None = None
    icon: str | None = None
    icon_color: str | None = None
    name: str | None = None


class Stats(Component):
    """Show figures side by side.

    Attributes:
        items: The figures.
        justify: Their alignment along the row: `start` (when absent), `end`, `center`, `between`
            or `around`.
        inset: Set them off with another background.
        width: CSS width.
        visible: False hides it.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "stats"
    items: Sequence[Stat]
    justify: Literal["start", "end", "center", "between", "around"] | None = None
    inset: bool | None = None
    width: str | None = None
    visible: bool | None = None
    name: str | None = None
