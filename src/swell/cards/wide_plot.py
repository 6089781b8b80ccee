"""Wide plot card: a title and a caption beside a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from swell.components.plot import Plot
from swell.schema.data import Data
from swell.schema.records import RECORDS

from .base import BufferOr, Card, Command
from .box import Box


class WidePlotCard(Card):
    """Show a title and a caption beside a plot.

    Attributes:
        box: Place on the page.
        title: Title of the card.
        caption: Text below the title.
        plot: What is drawn: `ui.plot([ui.mark(...)])`.
        data: The rows, as those of a plot card.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "wide_plot"

    box: Box
    title: str
    caption: str
    plot: Plot
    data: Annotated[Data | Sequence[Any] | Mapping[str, Any] | str, BufferOr(RECORDS)]
    commands: Sequence[Command] | None = None
