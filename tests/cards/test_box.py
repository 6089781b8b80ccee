"""Where a card sits: `ui.box`, `ui.boxes` and the `box` property."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({}, {}),
        ({"order": 0}, {"order": 0}),
        ({"size": 0}, {"size": "0"}),  # 0 and absent mean different things
        ({"size": 2}, {"size": "2"}),
        ({"size": "3"}, {"size": "3"}),
        (
            {"order": 1, "width": "9px", "height": "50%"},
            {"order": 1, "width": "9px", "height": "50%"},
        ),
    ],
)
def test_a_box_names_zone_and_size(arguments: dict[str, Any], place: dict[str, Any]) -> None:
    assert json.loads(ui.box("main", **arguments)) == {"zone": "main", **place}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 1.5}, "size must be str or int, got float"),
        ({"size": True}, "size must be str or int, got bool"),
        ({"order": "1"}, "order must be int, got str"),
        ({"width": 300}, "width must be str with a CSS unit, got int"),
        ({"height": 300}, "height must be str with a CSS unit, got int"),
    ],
)
def test_a_wrong_argument_is_refused_at_once(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ui.box("main", **arguments)


def test_boxes_hold_one_box_for_each_layout() -> None:
    assert json.loads(ui.boxes("top", ui.box("side", order=1))) == [
        "top",
        '{"zone": "side", "order": 1}',
    ]
    assert ui.boxes() == "[]"


def test_zone_and_boxes_must_be_text() -> None:
    with pytest.raises(ValueError, match="zone must be str, got int"):
        ui.box(1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="box 1 must be str, got int"):
        ui.boxes("a", 3)  # type: ignore[arg-type]


@pytest.mark.parametrize("box", ["", "1 1 -1 -1", "main", ui.box("a"), ui.boxes("a", ui.box("b"))])
def test_every_kind_of_box_can_be_put_on_a_page(box: str) -> None:
    assert check_card("c", ui.markdown_card(box, "", ""))["box"] == box


@pytest.mark.parametrize(
    ("box", "message"),
    [
        (3, r"Expected `str`, got `int` - at `\$\.box`"),
        (None, r"needs `box`, got `None`"),
        ('{"zone": "a"', r"Expected the JSON of `ui.box` or `ui.boxes`"),
        ('{"zon": "a"}', r"Expected `ui.box` with a `zone`"),
    ],
)
def test_a_broken_box_is_refused(box: Any, message: str) -> None:
    with pytest.raises(CardError, match=message):
        check_card("c", ui.markdown_card(box, "", ""))
