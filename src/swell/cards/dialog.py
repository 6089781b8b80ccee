"""What stands over the page until it is closed: a dialog, and a panel at the side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from swell.components.base import Component
from swell.schema.kinds import Name, Record


class Dialog(Record):
    """A box in the middle of the window. The page behind it takes no input.

    It stays until the user closes it or the app assigns `None`. The user closes it with Escape or
    a click beside it, unless it is `blocking`, and with its button if it is `closable`. A dialog
    that was closed opens again when the app assigns one.

    Attributes:
        title: Its title.
        items: What is in it: texts, inputs and buttons, as on a form card.
        width: CSS width; `600px` when absent.
        closable: Show a button that closes it.
        blocking: Do not close it by Escape or a click beside it.
        primary: Draw its title on the colour of main actions.
        name: Source of the event.
        events: `dismissed` sends `q.events.<name>.dismissed` when the user closes it.
    """

    title: str
    items: Sequence[Component]
    width: str | None = None
    closable: bool | None = None
    blocking: bool | None = None
    primary: bool | None = None
    name: Name | None = None
    events: Sequence[Literal["dismissed"]] | None = None


class SidePanel(Record):
    """A panel at the end of the window, as high as it is. Otherwise like a dialog.

    Attributes:
        title: Its title.
        items: What is in it: texts, inputs and buttons, as on a form card.
        width: CSS width; `600px` when absent.
        name: Source of the event.
        events: `dismissed` sends `q.events.<name>.dismissed` when the user closes it.
        blocking: Do not close it by Escape or a click beside it.
        closable: Show a button that closes it.
    """

    title: str
    items: Sequence[Component]
    width: str | None = None
    name: Name | None = None
    events: Sequence[Literal["dismissed"]] | None = None
    blocking: bool | None = None
    closable: bool | None = None
