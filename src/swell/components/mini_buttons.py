"""Small buttons side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Component


class MiniButtons(Component):
    """Lay out small buttons in one row.

    Attributes:
        items: The buttons, `ui.mini_button(...)` each.
        visible: False hides all of them.
    """

    tag: ClassVar[str] = "mini_buttons"
    items: Sequence[Component]
    visible: bool | None = None
