"""Graphics card, and the shapes for it."""

from __future__ import annotations

import json

import pytest

from h2o_wave import graphics as g
from swell import ui
from swell.cards.base import check_card
from swell.page.page import Page


def test_a_stage_is_a_list_of_elements() -> None:
    card = ui.graphics_card("1 1 2 2", "0 0 9 9", g.stage(a=g.circle(r=1), b=g.text("x", y=2)))
    assert check_card("x", card)["stage"] == [
        {"r": 1, "_t": "c"},
        {"text": "x", "y": 2, "_t": "t"},
    ]


def test_elements_of_a_scene_are_drawn_and_reset() -> None:
    scene = g.scene(hand=g.line(x1=0, stroke="red"))
    assert scene.rows == {"hand": [json.dumps({"x1": 0, "stroke": "red", "_t": "l"}), ""]}
    page = Page()
    page["clock"] = ui.graphics_card("1 1 2 2", "0 0 9 9", scene=scene)
    g.reset(g.draw(page["clock"].scene.hand, transform="rotate(30)"))


@pytest.mark.parametrize(
    ("path", "d"),
    [
        (g.p().m(25, 25).h(50).v(50).h(-50).z(), "m 25 25 h 50 v 50 h -50 z"),
        (
            g.p().M(0.123, 1).C(1, 2, 3, 4, 5, 6).A(1, 1, 0, 1, 0, 2, 2),
            "M 0.12 1 C 1 2 3 4 5 6 A 1 1 0 1 0 2 2",
        ),
        (g.turtle().f(10).pd().r(90).f(5).l(90).b(2).pu(True), "M 10.0 0.0 L 10.0 5.0 L 8.0 5.0 Z"),
        (g.turtle(1, 2, 90).pd().p(3, 4).a(0).f(1), "L 3 4 L 4.0 4.0"),
    ],
)
def test_paths_and_turtles_write_paths(path: g.Path | g.Turtle, d: str) -> None:
    assert path.d() == d
    assert path.path(fill="red").d == d


def test_splines_have_gaps_and_baselines() -> None:
    spline = g.spline([1, None, 2.345], [4, 5, 6], y0=[], curve="natural", fill="red")
    assert (spline.x, spline.y, spline.y0, spline.x0) == ("1  2.35", "4 5 6", "", None)
    assert g.type_of(spline) == "spline"
    assert g.type_of(g.arc(1, 2, 3, 4)) == "arc"
