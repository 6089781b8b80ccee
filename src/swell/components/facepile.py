"""Users as overlapping pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Component


class Facepile(Component):
    """Show several users by their pictures or initials.

    `q.args.<name>` is True after a click on the button that adds a user, or `value`.

    Attributes:
        items: The users, `ui.persona(...)` each.
        name: Key in `q.args`, which shows a button that adds a user. A name that begins with `#`
            sets the location hash instead.
        max: How many users are shown; all when absent. The number of the others follows.
        value: What `q.args` holds after a click, instead of True.
    """

    tag: ClassVar[str] = "facepile"
    items: Sequence[Component]
    name: str | None = None
    max: Annotated[int, Meta(ge=0)] | None = None
    value: str | None = None
