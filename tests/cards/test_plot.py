"""Plot card."""

from __future__ import annotations

import re
from typing import Any

import pytest

from swell import data, ui
from swell.cards.base import check_card
from swell.errors import CardError
from swell.page.page import Page

WRONG: Any = ui
"""Takes what type checkers refuse."""

PLOT = ui.plot([ui.mark(type="line", x="=day", y="=price", y_min=0, color="$mint")])


def test_all_properties_travel() -> None:
    card = ui.plot_card(
        "1 1 4 5",
        "Prices",
        data("day price", rows=[("Mon", 3), ("Tue", 4.5)], pack=True),
        PLOT,
        events=["select_marks"],
        interactions=["scale_zoom"],
    )
    assert check_card("prices", card) == {
        "view": "plot",
        "box": "1 1 4 5",
        "title": "Prices",
        "data": {"fields": ["day", "price"], "rows": [["Mon", 3], ["Tue", 4.5]]},
        "plot": {
            "marks": [{"type": "line", "x": "=day", "y": "=price", "y_min": 0, "color": "$mint"}]
        },
        "events": ["select_marks"],
        "interactions": ["scale_zoom"],
    }


def test_rows_of_a_buffer_are_written_one_by_one() -> None:
    page = Page()
    page["prices"] = ui.plot_card("1 1 4 5", "Prices", data("day price", -2), PLOT)
    page["prices"].data[-1] = ["Mon", 3]
    page["prices"].data[-1] = ["Tue", 4]
    page.save()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"plot": [WRONG.mark()]}, "Expected `Plot`, got `list` - at `$.plot`"),
        ({"data": "day price"}, "Expected a packed string"),
        ({"data": 5}, "a frame of pandas or polars), got `int` - at `$.data`"),
        ({"plot": ui.plot([WRONG.mark(type="bar")])}, "got 'bar'"),
        ({"plot": ui.plot([WRONG.mark(x=True)])}, "Expected `str` or a number, got `bool`"),
        ({"events": ["click"]}, "got 'click'"),
    ],
)
def test_a_wrong_value_is_refused(change: dict[str, Any], message: str) -> None:
    given = {"box": "", "title": "T", "data": [{"day": "Mon", "price": 3}], "plot": PLOT, **change}
    with pytest.raises(CardError, match=re.escape(message)):
        check_card("prices", ui.plot_card(**given))
