"""Stat table card: figures in rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Record

from .base import Card, Command
from .box import Box


class StatTableItem(Record):
    """A row of figures.

    Attributes:
        label: What they are.
        values: The figures.
        name: Makes the label a button, see `StatTableCard`. A name that begins with `#` sets the
            location hash instead.
        caption: Text below the label.
        icon: Name of an icon before the label.
        icon_color: CSS colour of the icon, or the name of one of the palette, such as `$mint`.
        colors: A colour for each figure, as `icon_color`; `''` leaves one as it is.
    """

    label: str
    values: Sequence[str]
    name: str | None = None
    caption: str | None = None
    icon: str | None = None
    icon_color: str | None = None
    colors: Sequence[str] | None = None


class StatTableCard(Card):
    """Show figures in rows and columns.

    A row with a name is a button: `q.args.<name of the card>` is then the name of the row, or
    `q.args.<name of the row>` is True when the card has no `name`.

    Attributes:
        box: Place on the page.
        title: The title.
        columns: Heads of the columns, that of the labels first.
        items: The rows.
        name: Key in `q.args`.
        subtitle: Text below the title.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "stat_table"

    box: Box
    title: str
    columns: Sequence[str]
    items: Sequence[StatTableItem]
    name: str | None = None
    subtitle: str | None = None
    commands: Sequence[Command] | None = None
