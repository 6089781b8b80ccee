"""A plot inside a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from swell.schema.data import Data
from swell.schema.kinds import Name
from swell.schema.records import RECORDS

from .base import Component
from .plot import Plot, PlotEvent, PlotInteraction


class Visualization(Component):
    """Show rows as a plot.

    Attributes:
        plot: What is drawn: `ui.plot([ui.mark(...)])`.
        data: The rows: `data(...)`, a list of dicts, or a frame of pandas or polars. They change
            when all of them are assigned; those of a plot card change row by row.
        width: CSS width; all there is when absent.
        height: CSS height; `300px` when absent.
        name: Source of the events.
        visible: False hides it.
        events: `select_marks` sends `q.events.<name>.select_marks`, a list with the rows of the
            mark that was clicked, each with its place as `idx`.
        interactions: What the user can do: `drag_move` moves and `scale_zoom` zooms the axes,
            `brush` shows only what is in a rectangle until a double click.
        animate: Taken and unused: charts appear at once.
    """

    tag: ClassVar[str] = "visualization"
    plot: Plot
    data: Annotated[Data | Sequence[Any] | Mapping[str, Any] | str, RECORDS]
    width: str | None = None
    height: str | None = None
    name: Name | None = None
    visible: bool | None = None
    events: Sequence[PlotEvent] | None = None
    interactions: Sequence[PlotInteraction] | None = None
    animate: bool | None = None
