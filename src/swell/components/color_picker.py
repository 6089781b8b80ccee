"""A colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from swell.schema.kinds import Name

from .base import Component


class ColorPicker(Component):
    """Ask for a colour.

    `q.args.<name>` is the colour: `#rrggbb`, or `rgba(r, g, b, a)` if it is transparent, and one
    of `choices` as it is written there. It is `value` at first.

    Attributes:
        name: Key in `q.args`.
        label: Text above it.
        value: The colour, in CSS. Absent: none is chosen, or `#000` if it is `inline`.
        choices: The colours to choose from, in CSS; any colour when absent.
        width: CSS width.
        alpha: Let users choose how transparent the colour is.
        inline: Show the label beside it. Not with `choices`.
        visible: False hides it.
        trigger: Submit the page when the colour changes.
        tooltip: Help shown at a small icon beside the label.
    """

    tag: ClassVar[str] = "color_picker"
    name: Name
    label: str | None = None
    value: str | None = None
    choices: Sequence[str] | None = None
    width: str | None = None
    alpha: bool | None = None
    inline: bool | None = None
    visible: bool | None = None
    trigger: bool | None = None
    tooltip: str | None = None
