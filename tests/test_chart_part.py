"""Chart: what charts, figures and frames become in a message. None of their packages is needed."""

from __future__ import annotations

import struct
from base64 import b64encode
from typing import Any

import pytest

from swell.errors import PartError
from swell.parts import Chart, as_json
from swell.parts.base import decoded


def of(package: str, name: str, **members: Any) -> Any:
    """Return an object whose class has this name in this package."""
    return type(name, (), {"__module__": package, **members})()


BARS = {"mark": "bar", "data": {"values": [{"day": "Mon", "n": 3}, {"day": "Tue", "n": 4}]}}
MON_TUE = [["Mon", 3], ["Tue", 4]]


def test_a_specification_travels_and_is_read_as_a_table() -> None:
    chart = Chart(BARS, alt="Answers")
    assert as_json([chart]) == [{"type": "chart", "spec": BARS, "alt": "Answers"}]
    assert decoded('{"type":"chart","spec":{"mark":"bar"}}') == Chart({"mark": "bar"})
    assert chart.as_markdown() == "Answers\n\n| day | n |\n| --- | --- |\n| Mon | 3 |\n| Tue | 4 |"
    assert chart.as_prompt().startswith("[chart: Answers]\n\n| day | n |")


def test_a_chart_of_altair_gives_its_specification() -> None:
    chart = of("altair.vegalite.v5.api", "Chart", to_dict=lambda _self: BARS)
    assert Chart(chart).spec == BARS


@pytest.mark.parametrize("package", ["pandas.core.frame", "polars.dataframe.frame"])
def test_a_frame_is_drawn_by_hints(package: str) -> None:
    frame = of(
        package,
        "DataFrame",
        columns=["day", "n"],
        to_dict=lambda _self, _kind: {"data": MON_TUE},
        rows=lambda _self: MON_TUE,
    )
    spec = Chart(frame, mark="bar", color="day").spec
    assert spec["data"]["values"] == BARS["data"]["values"]  # type: ignore[index]
    assert spec["mark"]["type"] == "bar"
    assert {name: one["field"] for name, one in spec["encoding"].items()} == {
        "x": "day",
        "y": "n",
        "color": "day",
    }
    with pytest.raises(PartError, match=r"the frame has no column 'm', it has \['day', 'n'\]"):
        Chart(frame, y="m")


def plotly(*traces: dict[str, Any]) -> Any:
    import json

    text = json.dumps({"data": traces, "layout": {"title": {"text": "Sales"}}})
    return of(
        "plotly.graph_objs._figure",
        "Figure",
        to_plotly_json=lambda _self: {},
        to_json=lambda _self: text,
    )


def test_a_figure_of_plotly_becomes_a_specification() -> None:
    packed = {"dtype": "f8", "bdata": b64encode(struct.pack("<2d", 3, 4)).decode()}
    spec = Chart(plotly({"type": "bar", "x": ["Mon", "Tue"], "y": packed, "name": "a"})).spec
    assert spec["title"] == "Sales"
    assert spec["layer"][0]["data"]["values"] == [
        {"x": "Mon", "y": 3.0, "name": "a"},
        {"x": "Tue", "y": 4.0, "name": "a"},
    ]
    pie = Chart(plotly({"type": "pie", "labels": ["a"], "values": [1]})).spec
    assert pie["mark"]["type"] == "arc"


def test_other_traces_of_plotly_are_refused_by_name() -> None:
    with pytest.raises(PartError, match=r"traces of bar, box, .*, got surface; send other ones"):
        Chart(plotly({"type": "surface", "z": [[1]]}))


def test_a_figure_of_matplotlib_becomes_a_picture() -> None:
    def savefig(_self: Any, target: Any, **_options: Any) -> None:
        target.write(b"\x89PNG")

    figure = of("matplotlib.figure", "Figure", savefig=savefig)
    [part] = as_json([Chart(figure, alt="A sine")])
    assert part == {"type": "chart", "alt": "A sine", "picture": "data:image/png;base64,iVBORw=="}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "got an empty one"),
        (5, "got `int`"),
        ({"mark": "bar", "data": {"url": "https://a.example/x"}}, "loads no data from addresses"),
        ({"layer": [{"data": {"url": "/x.csv"}}]}, "got '/x.csv'; put the rows into `data`"),
        ({"mark": "x" * 1_000_001}, "at most 1 MB of JSON, got 1 MB"),
    ],
)
def test_what_cannot_be_drawn_is_refused_when_it_is_made(spec: Any, message: str) -> None:
    with pytest.raises(PartError, match=message):
        Chart(spec)
