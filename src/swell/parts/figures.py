"""Figures of Plotly as specifications of Vega-Lite; none of its scripts is needed to show them."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from swell.errors import PartError

__all__ = ["of_plotly"]

_FORMATS = {"f8": "d", "f4": "f", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I"}


def of_plotly(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Return a figure of Plotly, as its JSON, as a specification of Vega-Lite.

    Raises:
        PartError: If it has traces that are not supported, or none.
    """
    traces = figure.get("data") or []
    kinds = [str(trace.get("type", "scatter")) for trace in traces]
    unknown = sorted({kind for kind in kinds if kind not in _TRACES})
    if unknown or not traces:
        got = ", ".join(unknown) or "no traces"
        raise PartError(
            "Chart.spec",
            f"figures of Plotly can have traces of {', '.join(_TRACES)}, got {got}; "
            "send other ones as a picture with `await turn.file(figure.to_image(), 'plot.png')`",
        )
    layout = figure.get("layout") or {}
    layers = [
        layer
        for at, (trace, kind) in enumerate(zip(traces, kinds, strict=True))
        for layer in _TRACES[kind](trace, layout, str(trace.get("name") or f"trace {at}"))
    ]
    spec: dict[str, Any] = {"layer": layers}
    if title := _text(layout.get("title")):
        spec["title"] = title
    if any(kind == "pie" for kind in kinds):
        return {**layers[0], **({"title": title} if title else {})}
    return spec


def _values(given: Any) -> list[Any]:
    """Return a column; newer versions of Plotly pack numbers."""
    if isinstance(given, Mapping) and "bdata" in given:
        content = base64.b64decode(given["bdata"])
        code = _FORMATS.get(str(given.get("dtype", "")).lstrip("<|"))
        if code is None:
            raise PartError("Chart.spec", f"unknown numbers of Plotly: {given.get('dtype')!r}")
        count = len(content) // struct.calcsize(code)
        flat = list(struct.unpack(f"<{count}{code}", content))
        if shape := given.get("shape"):
            wide = int(str(shape).split(",")[-1])
            return [flat[at : at + wide] for at in range(0, len(flat), wide)]
        return flat
    return list(given) if isinstance(given, Sequence) and not isinstance(given, str) else []


def _text(given: Any) -> str:
    text = given.get("text") if isinstance(given, Mapping) else given
    return str(text) if text else ""


def _channel(name: str, values: Sequence[Any], title: str) -> dict[str, Any]:
    told = [one for one in values if one is not None]
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in told)
    dates = all(isinstance(one, str) and one[:4].isdigit() and one[4:5] == "-" for one in told)
    kind = "quantitative" if told and numbers else "temporal" if told and dates else "nominal"
    channel: dict[str, Any] = {"field": name, "type": kind, "title": title or None}
    if kind == "nominal":
        channel["sort"] = None
    return channel


def _axes(layout: Mapping[str, Any]) -> tuple[str, str]:
    return _text(layout.get("xaxis", {}).get("title")), _text(layout.get("yaxis", {}).get("title"))


def _columns(trace: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    x, y = _values(trace.get("x")), _values(trace.get("y"))
    x = x or list(range(len(y)))
    y = y or list(range(len(x)))
    return [{"x": a, "y": b, "name": name} for a, b in zip(x, y, strict=False)]


def _layer(
    trace: Mapping[str, Any], layout: Mapping[str, Any], name: str, mark: dict[str, Any]
) -> dict[str, Any]:
    rows = _columns(trace, name)
    x_title, y_title = _axes(layout)
    return {
        "data": {"values": rows},
        "mark": {**mark, "tooltip": True},
        "encoding": {
            "x": _channel("x", [row["x"] for row in rows], x_title),
            "y": _channel("y", [row["y"] for row in rows], y_title),
            "color": {"field": "name", "type": "nominal", "title": None},
        },
    }


def _scatter(
    trace: Mapping[str, Any], layout: Mapping[str, Any], name: str
) -> list[dict[str, Any]]:
    mode = str(trace.get("mode") or "lines+markers")
    if trace.get("fill"):
        return [_layer(trace, layout, name, {"type": "area", "line": True, "opacity": 0.4})]
    layers = []
    if "lines" in mode:
        layers.append(_layer(trace, layout, name, {"type": "line"}))
    if "markers" in mode or "lines" not in mode:
        layers.append(_layer(trace, layout, name, {"type": "point", "filled": True}))
    return layers


def _bar(trace: Mapping[str, Any], layout: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    layer = _layer(trace, layout, name, {"type": "bar"})
    lying = trace.get("orientation") == "h"
    if layer["encoding"]["y" if lying else "x"]["type"] == "quantitative":
        layer["encoding"]["y" if lying else "x"]["type"] = "ordinal"
    if layout.get("barmode") not in ("stack", "relative", "overlay"):
        layer["encoding"]["yOffset" if lying else "xOffset"] = {"field": "name"}
    return [layer]


def _pie(trace: Mapping[str, Any], _layout: Mapping[str, Any], _name: str) -> list[dict[str, Any]]:
    rows = [
        {"label": str(label), "value": value}
        for label, value in zip(
            _values(trace.get("labels")), _values(trace.get("values")), strict=False
        )
    ]
    hole = trace.get("hole") or 0
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "arc", "innerRadius": 60 if hole else 0, "tooltip": True},
            "encoding": {
                "theta": {"field": "value", "type": "quantitative", "stack": True},
                "color": {"field": "label", "type": "nominal", "title": None, "sort": None},
                "order": {"field": "value", "type": "quantitative", "sort": "descending"},
            },
        }
    ]


def _histogram(
    trace: Mapping[str, Any], layout: Mapping[str, Any], name: str
) -> list[dict[str, Any]]:
    along, across = ("x", "y") if trace.get("x") is not None else ("y", "x")
    values = _values(trace.get(along))
    bins: dict[str, Any] = {**_channel("value", values, _axes(layout)[0])}
    if bins["type"] == "quantitative":
        bins["bin"] = {"maxbins": int(trace.get("nbinsx") or 20)}
    return [
        {
            "data": {"values": [{"value": value, "name": name} for value in values]},
            "mark": {"type": "bar", "tooltip": True},
            "encoding": {
                along: bins,
                across: {"aggregate": "count", "title": None},
                "color": {"field": "name", "type": "nominal", "title": None},
            },
        }
    ]


def _box(trace: Mapping[str, Any], layout: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    along = "y" if trace.get("y") is not None else "x"
    groups = _values(trace.get("x" if along == "y" else "y"))
    values = _values(trace.get(along))
    rows = [
        {"value": value, "name": str(groups[at]) if at < len(groups) else name}
        for at, value in enumerate(values)
    ]
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "boxplot"},
            "encoding": {
                along: _channel("value", values, _axes(layout)[1]),
                "x" if along == "y" else "y": {"field": "name", "type": "nominal", "title": None},
            },
        }
    ]


def _heatmap(
    trace: Mapping[str, Any], layout: Mapping[str, Any], _name: str
) -> list[dict[str, Any]]:
    lines = _values(trace.get("z"))
    x, y = _values(trace.get("x")), _values(trace.get("y"))
    rows = [
        {"x": x[column] if x else column, "y": y[row] if y else row, "value": value}
        for row, cells in enumerate(lines)
        for column, value in enumerate(_values(cells))
    ]
    x_title, y_title = _axes(layout)
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "rect", "tooltip": True},
            "encoding": {
                "x": {"field": "x", "type": "ordinal", "title": x_title or None, "sort": None},
                "y": {"field": "y", "type": "ordinal", "title": y_title or None, "sort": None},
                "color": {"field": "value", "type": "quantitative", "title": None},
            },
        }
    ]


_Trace = Callable[[Mapping[str, Any], Mapping[str, Any], str], list[dict[str, Any]]]
_TRACES: dict[str, _Trace] = {
    "bar": _bar,
    "box": _box,
    "heatmap": _heatmap,
    "histogram": _histogram,
    "pie": _pie,
    "scatter": _scatter,
    "scattergl": _scatter,
}
