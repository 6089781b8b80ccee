"""Components that are shown or folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class Expander(Component):
    """Show or fold components below a title.

    `q.args.<name>` is True or False, after a click or where `expanded` is given. A click submits
    nothing. Inputs in it have their values in `q.args` while it is folded, too.

    Attributes:
        name: Key in `q.args`.
        label: The title.
        expanded: Whether the components are shown.
        items: The components. They are reached by name as if they stood on the card itself.
        width: CSS width.
        visible: False hides it.
    """

    tag: ClassVar[str] = "expander"
    name: Name
    label: str | None = None
    expanded: bool | None = None
    items: Sequence[Component] | None = None
    width: str | None = None
    visible: bool | None = None
