"""Tab card: tabs that lead to the views of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.components.tabs import Tab
from swell.schema.kinds import Name

from .base import Card, Command
from .box import Box


class TabCard(Card):
    """Choose one of several views, which the app then shows.

    Another tab submits the page: `q.args.<name>` is the name of the tab, or without a name
    `q.args.<name of the tab>` is True.

    Attributes:
        box: Place on the page.
        items: The tabs.
        value: Name of the tab that is chosen; the first when absent.
        link: Draw a line below the chosen tab, in place of a ground.
        name: Key in `q.args`.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "tab"

    box: Box
    items: Sequence[Tab]
    value: str | None = None
    link: bool | None = None
    name: Name | None = None
    commands: Sequence[Command] | None = None
