"""A box to tick."""

from __future__ import annotations

from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class Checkbox(Component):
    """Ask yes or no.

    `q.args.<name>` is True or False; None while the box is indeterminate.

    Attributes:
        name: Key in `q.args`.
        label: Text beside the box.
        value: True ticks it.
        indeterminate: Neither yes nor no, until it is clicked.
        disabled: Take no clicks.
        trigger: Submit the page when it changes.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "checkbox"
    name: Name
    label: str | None = None
    value: bool | None = None
    indeterminate: bool | None = None
    disabled: bool | None = None
    trigger: bool | None = None
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
