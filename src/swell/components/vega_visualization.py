"""A chart of Vega-Lite or Vega inside a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from swell.schema.data import Data
from swell.schema.kinds import Name
from swell.schema.records import RECORDS

from .base import Component


class VegaVisualization(Component):
    """Show a chart of Vega-Lite or Vega.

    A chart loads nothing from other sites.

    Attributes:
        specification: The chart, as JSON.
        data: Rows in place of those of the specification: `data(...)`, a list of dicts, or a frame
            of pandas or polars.
        width: CSS width; all there is when absent.
        height: CSS height; that of the specification, or else `300px`, when absent.
        name: Name by which it can be reached on the card.
        visible: False hides it.
        grammar: `vega-lite` (when absent) or `vega`.
    """

    tag: ClassVar[str] = "vega_visualization"
    specification: str
    data: Annotated[Data | Sequence[Any] | Mapping[str, Any] | str | None, RECORDS] = None
    width: str | None = None
    height: str | None = None
    name: Name | None = None
    visible: bool | None = None
    grammar: Literal["vega-lite", "vega"] | None = None
