"""How far something has come."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from .base import Component


class Progress(Component):
    """Show that work is in progress, and how much of it is done.

    Attributes:
        label: Name of the task.
        caption: Smaller text below it. Absent: `Please wait...` below a bar, in the reader's
            language.
        value: Share that is done, from 0 to 1. Absent: unknown.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
        name: Name by which it can be reached on the card.
        type: `bar` (when absent) or `spinner`.
    """

    tag: ClassVar[str] = "progress"
    label: str
    caption: str | None = None
    value: Annotated[float, Meta(ge=0, le=1)] | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
    name: str | None = None
    type: Literal["bar", "spinner"] | None = None
