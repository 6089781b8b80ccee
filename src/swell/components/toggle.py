"""A switch."""

from __future__ import annotations

from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class Toggle(Component):
    """Ask for on or off, for what takes effect at once.

    `q.args.<name>` is True or False.

    Attributes:
        name: Key in `q.args`.
        label: Text beside it.
        value: Whether it is on.
        disabled: Take no input.
        trigger: Submit the page when it changes.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "toggle"
    name: Name
    label: str | None = None
    value: bool | None = None
    disabled: bool | None = None
    trigger: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
