"""A button that submits the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component
from .command import Command


class Button(Component):
    """Submit the page when clicked.

    `q.args.<name>` is True after a click, or `value` when there is one. In the first submission
    after the page was drawn, buttons that were not clicked are False.

    Attributes:
        name: Key in `q.args`. A name that begins with `#` sets the location hash instead.
        label: Text on the button.
        caption: Smaller second line below the label.
        value: What `q.args` holds after a click, instead of True.
        primary: Draw it as the main action.
        disabled: Take no clicks.
        link: Draw it as a link.
        icon: Name of an icon before the label.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown while the pointer rests on it.
        path: Address to open in a new tab instead of submitting.
        commands: Menu that opens at an arrow beside the label.
    """

    tag: ClassVar[str] = "button"
    name: Name
    label: str | None = None
    caption: str | None = None
    value: str | None = None
    primary: bool | None = None
    disabled: bool | None = None
    link: bool | None = None
    icon: str | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
    path: str | None = None
    commands: Sequence[Command] | None = None
