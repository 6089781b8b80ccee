"""Vega card: a chart of Vega-Lite or Vega."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from swell.schema.data import Data
from swell.schema.records import RECORDS

from .base import BufferOr, Card, Command
from .box import Box


class VegaCard(Card):
    """Show a chart of Vega-Lite or Vega.

    A chart loads nothing from other sites.

    Attributes:
        box: Place on the page.
        title: Title of the card; `''` leaves it out.
        specification: The chart, as JSON.
        data: Rows in place of those of the specification: `data(...)`, a list of dicts, or a frame
            of pandas or polars. The rows of a buffer are written one by one.
        grammar: `vega-lite` (when absent) or `vega`.
        commands: Menu of the card.

    Raises:
        CardError: When put on a page, if a property has a wrong type or range.
    """

    view: ClassVar[str] = "vega"

    box: Box
    title: str
    specification: str
    data: Annotated[Data | Sequence[Any] | Mapping[str, Any] | str | None, BufferOr(RECORDS)] = None
    grammar: Literal["vega-lite", "vega"] | None = None
    commands: Sequence[Command] | None = None
