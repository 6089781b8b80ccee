"""A link to another page."""

from __future__ import annotations

from typing import ClassVar

from .base import Component


class Link(Component):
    """Lead to an address.

    Attributes:
        label: Text of the link; the path when absent.
        path: The address: `http`, `https`, `mailto`, `tel`, or relative to this site.
        disabled: Lead nowhere.
        download: Download the target instead of opening it.
        button: Draw it as a button.
        width: CSS width.
        visible: False hides it.
        target: Where to open it: `_blank` (or empty) for a new tab, or the name of a tab.
        tooltip: Help shown at a small icon beside it.
        name: Name by which it can be reached on the card.
    """

    tag: ClassVar[str] = "link"
    label: str | None = None
    path: str | None = None
    disabled: bool | None = None
    download: bool | None = None
    button: bool | None = None
    width: str | None = None
    visible: bool | None = None
    target: str | None = None
    tooltip: str | None = None
    name: str | None = None
