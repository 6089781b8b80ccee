"""A small button that submits the page."""

from __future__ import annotations

from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class MiniButton(Component):
    """Submit the page when clicked, from a button without a border.

    `q.args.<name>` is True after a click.

    Attributes:
        name: Key in `q.args`. A name that begins with `#` sets the location hash instead.
        label: Text on the button.
        icon: Name of an icon before the label.
    """

    tag: ClassVar[str] = "mini_button"
    name: Name
    label: str
    icon: str | None = None
