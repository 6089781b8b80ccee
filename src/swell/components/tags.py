"""Short words on coloured grounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Record

from .base import Component


class Tag(Record):
    """A short word on a coloured ground.

    Attributes:
        label: Text shown.
        color: CSS colour of the ground, or the name of one of the palette, such as `$mint`.
        label_color: CSS colour of the text; black or white, whichever reads better, when absent.
    """

    label: str
    color: str
    label_color: str | None = None


class Tags(Component):
    """Show tags side by side.

    Attributes:
        items: The tags.
    """

    tag: ClassVar[str] = "tags"
    items: Sequence[Tag]
