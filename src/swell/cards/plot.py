"""Plot card: a title and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from swell.components.plot import Plot, PlotEvent, PlotInteraction
from swell.schema.data import Data
from swell.schema.records import RECORDS

from .base import BufferOr, Card, Command
from .box import Box


class PlotCard(Card):
    """Show rows as a plot.

    Attributes:
        box: Place on the page.
        title: Title of the card; `''` leaves it out.
        data: The rows: `data(...)`, a list of dicts, or a frame of pandas or polars. The rows of
            a buffer are written one by one (`card.data[i] = ...`), and only what changed travels
            and is drawn again.
        plot: What is drawn: `ui.plot([ui.mark(...)])`.
        events: `select_marks` sends `q.events.<name of the card>.select_marks`, a list with the
            rows of the mark that was clicked, each with its place as `idx`.
        interactions: What the user can do: `drag_move` moves and `scale_zoom` zooms the axes,
            `brush` shows only what is in a rectangle until a double click.
        animate: Taken and unused: charts appear at once.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "plot"

    box: Box
    title: str
    data: Annotated[Data | Sequence[Any] | Mapping[str, Any] | str, BufferOr(RECORDS)]
    plot: Plot
    events: Sequence[PlotEvent] | None = None
    interactions: Sequence[PlotInteraction] | None = None
    animate: bool | None = None
    commands: Sequence[Command] | None = None
