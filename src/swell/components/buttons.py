"""Several buttons side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from .base import Component


class Buttons(Component):
    """Lay out buttons in one row.

    Attributes:
        items: The buttons, `ui.button(...)` each.
        justify: Their alignment in the row: `start`, `end`, `center`, `between` or `around`.
        name: Name by which the group can be reached on the card.
        width: CSS width of the row.
        visible: False hides all of them.
    """

    tag: ClassVar[str] = "buttons"
    items: Sequence[Component]
    justify: Literal["start", "end", "center", "between", "around"] | None = None
    name: str | None = None
    width: str | None = None
    visible: bool | None = None
