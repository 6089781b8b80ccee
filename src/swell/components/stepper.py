"""The steps of a task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Name, Record

from .base import Component


class Step(Record):
    """One step.

    Attributes:
        label: What it is called.
        icon: Name of an icon; its number when absent.
        done: It has been taken.
    """

    label: str
    icon: str | None = None
    done: bool | None = None


class Stepper(Component):
    """Show the steps of a task, and which of them are done.

    The first step that is not done is the current one.

    Attributes:
        name: Name by which it can be reached on the card.
        items: The steps.
        width: CSS width.
        visible: False hides it.
        tooltip: Help shown at a small icon above it.
    """

    tag: ClassVar[str] = "stepper"
    name: Name
    items: Sequence[Step]
    width: str | None = None
    visible: bool | None = None
    tooltip: str | None = None
