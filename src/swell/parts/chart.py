"""Chart: a picture of rows."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from swell.errors import PartError
from swell.markdown import line, table
from swell.schema.records import frame
from swell.sizes import size

from .base import SHOWN, Part
from .figures import of_plotly

__all__ = ["Chart"]

MAX_BYTES = 1_000_000
"""Largest chart, as JSON: it is stored with the message and sent again with the conversation."""

ROWS_TOLD = 50
"""Most rows of a chart that a model gets in later turns."""

_Mark = Literal["line", "bar", "area", "point"]


class Chart(Part, tag="chart"):
    """A chart. It is drawn in the browser in the colours of the theme, and can be read as a table.

    Attributes:
        spec: A chart of Altair, a specification of Vega-Lite or Vega as a dict, a figure of Plotly
            (bars, lines, points, pies, histograms, boxes and heatmaps) or matplotlib, or a frame of
            pandas or polars with hints. They are recognised by their class; none is imported.
        alt: Description of the chart.
        mark: Hint for a frame: `line` (when absent), `bar`, `area` or `point`.
        x: Hint for a frame: column along x; the first one when absent.
        y: Hint for a frame: column along y; the first one with numbers when absent.
        color: Hint for a frame: column that the colours stand for.
        height: Height in CSS pixels; that of the specification, or else 300, when absent.
        picture: Made of a figure of matplotlib: a PNG as a `data:` address, in place of `spec`.

    Raises:
        PartError: If `spec` is nothing of these, cannot be drawn, loads data from an address, or is
            larger than 1 MB.
    """

    spec: Annotated[Any, SHOWN] = None
    alt: str = ""
    mark: _Mark | None = None
    x: str | None = None
    y: str | None = None
    color: str | None = None
    height: Annotated[int, msgspec.Meta(ge=40, le=2_000)] | None = None
    picture: str | None = None

    def __post_init__(self) -> None:
        given = self.spec
        if given is not None and not isinstance(given, dict):
            self._take(given)
        if not self.picture:
            _check(self.spec)
        self.mark = self.x = self.y = self.color = None

    def _take(self, given: Any) -> None:
        package, kind = type(given).__module__.partition(".")[0], type(given).__name__
        found = frame(given)
        if found is not None:
            self.spec = _of_frame(*found, self.mark or "line", self.x, self.y, self.color)
        elif package == "altair" and callable(getattr(given, "to_dict", None)):
            self.spec = given.to_dict()
        elif package == "plotly" and callable(getattr(given, "to_plotly_json", None)):
            self.spec = of_plotly(json.loads(given.to_json()))
        elif package == "matplotlib" and callable(getattr(given, "savefig", None)):
            self.spec, self.picture = None, _picture(given)
        elif isinstance(given, Mapping):
            self.spec = dict(given)
        else:
            name = kind if package == "builtins" else f"{package}.{kind}"
            raise PartError("Chart.spec", f"{_WANTED}, got `{name}`")

    def as_markdown(self) -> str:
        """Return the description and the rows of the chart as a table."""
        said = line(self.alt)
        fields, rows = _rows(self.spec)
        return "\n\n".join(one for one in (said, table(fields, rows) if rows else "") if one)

    def as_prompt(self) -> str:
        """Return the description and the first rows."""
        fields, rows = _rows(self.spec)
        said = f"[chart: {self.alt}]" if self.alt else "[chart]"
        if not rows:
            return said
        left = len(rows) - ROWS_TOLD
        more = f"\n\n[{left} more rows]" if left > 0 else ""
        return f"{said}\n\n{table(fields, rows[:ROWS_TOLD])}{more}"


_WANTED = (
    "Expected a chart of Altair, a dict of Vega-Lite, a figure of Plotly or matplotlib, or a frame "
    "of pandas or polars"
)


def _check(spec: Any) -> None:
    if not isinstance(spec, dict) or not spec:
        raise PartError("Chart.spec", f"{_WANTED}, got an empty one")
    address = _address(spec, 0)
    if address is not None:
        raise PartError(
            "Chart.spec",
            f"a chart loads no data from addresses, got {address[:80]!r}; put the rows into `data`",
        )
    try:
        length = len(msgspec.json.encode(spec))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise PartError("Chart.spec", f"Expected JSON: {error}") from None
    if length > MAX_BYTES:
        raise PartError(
            "Chart.spec",
            f"Expected at most {size(MAX_BYTES)} of JSON, got {size(length)}; "
            "draw fewer rows, or sums of them",
        )


def _address(value: Any, depth: int) -> str | None:
    """Return the address of data that a specification would load."""
    if depth > 40:
        return None
    if isinstance(value, Mapping):
        data = value.get("data")
        for one in data if isinstance(data, list) else [data]:
            if isinstance(one, Mapping) and "url" in one:
                return str(one["url"])
        inner = [one for name, one in value.items() if name not in ("values", "datasets")]
    else:
        inner = value if isinstance(value, list) else []
    return next((found for one in inner if (found := _address(one, depth + 1)) is not None), None)


def _rows(spec: Any) -> tuple[list[str], list[list[Any]]]:
    """Return the rows that a specification brings."""
    data = spec.get("data") if isinstance(spec, Mapping) else None
    data = data[0] if isinstance(data, list) and data else data
    values = data.get("values") if isinstance(data, Mapping) else None
    named = spec.get("datasets") if isinstance(spec, Mapping) else None
    if values is None and isinstance(data, Mapping) and isinstance(named, Mapping):
        values = named.get(data.get("name"))
    if not isinstance(values, list):
        return [], []
    records = [one for one in values if isinstance(one, Mapping)]
    fields = list(dict.fromkeys(str(name) for one in records for name in one))
    return fields, [[one.get(name) for name in fields] for one in records]


def _of_frame(
    columns: list[str],
    rows: list[list[Any]],
    mark: str,
    x: str | None,
    y: str | None,
    color: str | None,
) -> dict[str, Any]:
    def numeric(name: str) -> bool:
        cells = [row[columns.index(name)] for row in rows]
        told = [cell for cell in cells if cell is not None]
        return bool(told) and all(
            isinstance(cell, int | float) and not isinstance(cell, bool) for cell in told
        )

    for hint in (x, y, color):
        if hint is not None and hint not in columns:
            raise PartError("Chart.spec", f"the frame has no column {hint!r}, it has {columns}")
    if not columns:
        raise PartError("Chart.spec", "the frame has no columns")
    x = x or next((name for name in columns if name != y), columns[0])
    y = y or next((name for name in columns if name != x and numeric(name)), None)
    if y is None:
        raise PartError("Chart.y", f"no column of the frame has numbers beside {x!r}: {columns}")

    def encoding(name: str) -> dict[str, Any]:
        if numeric(name):
            kind = "ordinal" if mark == "bar" and name == x else "quantitative"
        else:
            kind = "temporal" if _is_time(rows, columns.index(name)) else "nominal"
        # Dots and brackets in a field's name would lead into it.
        escaped = name.replace("\\", "\\\\").replace(".", "\\.").replace("[", "\\[")
        return {"field": escaped.replace("]", "\\]"), "type": kind, "title": name}

    channels: dict[str, Any] = {"x": encoding(x), "y": encoding(y)}
    if channels["x"]["type"] == "nominal":
        channels["x"]["sort"] = None
    if color is not None:
        channels["color"] = encoding(color)
    return {
        "data": {"values": [dict(zip(columns, row, strict=True)) for row in rows]},
        "mark": {"type": mark, "tooltip": True},
        "encoding": channels,
    }


def _is_time(rows: list[list[Any]], at: int) -> bool:
    told = [row[at] for row in rows if row[at] is not None]
    return bool(told) and all(
        isinstance(cell, str) and len(cell) >= 10 and cell[4:5] == "-" and cell[:4].isdigit()
        for cell in told
    )


def _picture(figure: Any) -> str:
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=144, bbox_inches="tight")
    content = target.getvalue()
    if len(content) * 4 / 3 > MAX_BYTES:
        raise PartError(
            "Chart.spec",
            f"Expected a picture of at most {size(MAX_BYTES * 3 // 4)}, got {size(len(content))}; "
            "make the figure smaller",
        )
    return "data:image/png;base64," + base64.b64encode(content).decode()
