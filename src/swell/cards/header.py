"""Header card: the name of an app, its navigation and controls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from swell.components.base import Component
from swell.schema.kinds import Name, Record

from .base import Card, Command
from .box import Box


class NavItem(Record):
    """One destination in the navigation.

    Attributes:
        name: Key in `q.args`, True after a click. A name that begins with `#` sets the location
            hash instead.
        label: Text shown.
        icon: Name of an icon before the label.
        disabled: Take no clicks.
        tooltip: Help shown while the pointer rests on it.
        path: Address to open in a new tab instead of submitting.
    """

    name: Name
    label: str
    icon: str | None = None
    disabled: bool | None = None
    tooltip: str | None = None
    path: str | None = None


class NavGroup(Record):
    """Destinations under one title.

    Attributes:
        label: The title; `''` leaves it out.
        items: The destinations.
        collapsed: Show the title alone at first.
    """

    label: str
    items: Sequence[NavItem]
    collapsed: bool | None = None


class HeaderCard(Card):
    """Show the name of the app, with navigation and controls beside it.

    Attributes:
        box: Place on the page.
        title: Name of the app.
        subtitle: A line below it; `''` leaves it out.
        icon: Name of an icon before the title.
        icon_color: Colour of the icon: CSS, or a theme colour such as `$red`.
        image: Address of a logo, shown instead of the icon.
        nav: Navigation, in a panel that opens at a button.
        items: Components at the right end.
        secondary_items: Components in the middle.
        color: Background: `card`, `transparent` or `primary` (when absent).
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "header"

    box: Box
    title: str
    subtitle: str
    icon: str | None = None
    icon_color: str | None = None
    image: str | None = None
    nav: Sequence[NavGroup] | None = None
    items: Sequence[Component] | None = None
    secondary_items: Sequence[Component] | None = None
    color: Literal["card", "transparent", "primary"] | None = None
    commands: Sequence[Command] | None = None
