"""Links in a group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Component


class Links(Component):
    """Show links below or beside each other.

    Attributes:
        items: The links, `ui.link(...)` each.
        label: Text above them.
        inline: Show them side by side.
        width: CSS width.
    """

    tag: ClassVar[str] = "links"
    items: Sequence[Component]
    label: str | None = None
    inline: bool | None = None
    width: str | None = None
