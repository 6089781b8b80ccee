"""What cards share: values for their texts, rows, and little charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeAlias

from swell.schema.data import Data
from swell.schema.kinds import ANYTHING, PACKED, ListOf, Packed

from .base import BufferOr

Values: TypeAlias = Annotated[Data | Mapping[str, Any] | str, BufferOr(PACKED)]
"""Values for texts such as `={{name}}`: by name, packed, or the first row of a buffer."""

Rows: TypeAlias = Annotated[
    Data | Sequence[Mapping[str, Any]] | str, BufferOr(Packed(ListOf(ANYTHING)))
]
"""Records: in a buffer, in a list, or packed."""

PlotType: TypeAlias = Literal["area", "interval"]
PlotCurve: TypeAlias = Literal["linear", "smooth", "step", "step-after", "step-before"]
