"""A message in a coloured bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from .base import Component


class MessageBar(Component):
    """Show a notice inside the form.

    Attributes:
        type: Colour and icon: `info`, `error`, `warning`, `success`, `danger` or `blocked`;
            `info` when absent.
        text: The message, as Markdown.
        name: Name by which it can be reached on the card.
        width: CSS width.
        visible: False hides it.
        buttons: Actions in the bar, `ui.button(...)` each.
    """

    tag: ClassVar[str] = "message_bar"
    type: Literal["info", "error", "warning", "success", "danger", "blocked"] | None = None
    text: str | None = None
    name: str | None = None
    width: str | None = None
    visible: bool | None = None
    buttons: Sequence[Component] | None = None
