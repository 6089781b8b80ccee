"""Stat list card: figures in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Record

from .base import Card, Command
from .box import Box


class StatListItem(Record):
    """A figure in a list.

    Attributes:
        label: What it is.
        name: Makes it a button, see `StatListCard`. A name that begins with `#` sets the location
            hash instead.
        caption: Text below the label.
        value: The figure.
        value_color: CSS colour of the figure, or the name of one of the palette, such as `$mint`.
        aux_value: A second figure, below the first.
        icon: Name of an icon before the label.
        icon_color: Colour of the icon, as `value_color`.
    """

    label: str
    name: str | None = None
    caption: str | None = None
    value: str | None = None
    value_color: str | None = None
    aux_value: str | None = None
    icon: str | None = None
    icon_color: str | None = None


class StatListCard(Card):
    """Show figures in a list.

    An item with a name is a button: `q.args.<name of the card>` is then the name of the item, or
    `q.args.<name of the item>` is True when the card has no `name`.

    Attributes:
        box: Place on the page.
        title: The title.
        items: The figures.
        name: Key in `q.args`.
        subtitle: Text below the title.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "stat_list"

    box: Box
    title: str
    items: Sequence[StatListItem]
    name: str | None = None
    subtitle: str | None = None
    commands: Sequence[Command] | None = None
