"""A menu of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .base import Component
from .command import Command


class Menu(Component):
    """Show a button that opens a menu of commands.

    `q.args` has the name of the command that was chosen, which is its `value` or True.

    Attributes:
        items: The commands.
        icon: Name of an icon on the button.
        image: Address of a picture on the button, such as that of a user.
        name: Name by which it can be reached on the card.
        label: Text on the button.
    """

    tag: ClassVar[str] = "menu"
    items: Sequence[Command]
    icon: str | None = None
    image: str | None = None
    name: str | None = None
    label: str | None = None
