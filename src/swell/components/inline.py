"""Several components side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from .base import Component


class Inline(Component):
    """Lay out components in a separate row or column.

    Attributes:
        items: The components. They are reached by name as if they stood on the card itself.
        justify: Their alignment along the row: `start`, `end`, `center`, `between`, `around`.
        align: Their alignment across it: `start`, `end`, `center` or `baseline`.
        inset: Set them off with a border and another background.
        height: CSS height, such as `200px`, or `1` for all the height of the card.
        direction: `row` or `column`; `row` when absent.
    """

    tag: ClassVar[str] = "inline"
    items: Sequence[Component]
    justify: Literal["start", "end", "center", "between", "around"] | None = None
    align: Literal["start", "end", "center", "baseline"] | None = None
    inset: bool | None = None
    height: str | None = None
    direction: Literal["row", "column"] | None = None
