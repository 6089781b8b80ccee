"""Tabs of a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Name, Record

from .base import Component


class Tab(Record):
    """One tab.

    Attributes:
        name: What is submitted when it is chosen. A name that begins with `#` sets the location
            hash instead.
        label: Text on it.
        icon: Name of an icon before the label.
        path: Address to open in a new tab of the browser instead.
    """

    name: Name
    label: str | None = None
    icon: str | None = None
    path: str | None = None


class Tabs(Component):
    """Choose one of several views, which the app then shows.

    Another tab submits the page with `q.args.<name>` as the name of the tab.

    Attributes:
        name: Key in `q.args`.
        value: Name of the tab that is chosen; the first when absent.
        items: The tabs.
        width: CSS width.
        visible: False hides it.
        link: Draw a line below the chosen tab, in place of a ground.
    """

    tag: ClassVar[str] = "tabs"
    name: Name
    value: str | None = None
    items: Sequence[Tab] | None = None
    width: str | None = None
    visible: bool | None = None
    link: bool | None = None
