"""Tall series stat card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.tall_series_stat_card(
        box="1 1 2 2",
        title="T",
        value="1",
        aux_value="2",
        plot_data=[{"y": 1}],
        plot_value="y",
        plot_zero_value=0,
        plot_category="x",
        plot_type="area",
        plot_curve="step",
        plot_color="$red",
        data={"x": 1},
    )
    assert check_card("a", card) == {
        "view": "tall_series_stat",
        "box": "1 1 2 2",
        "title": "T",
        "value": "1",
        "aux_value": "2",
        "plot_data": [{"y": 1}],
        "plot_value": "y",
        "plot_zero_value": 0,
        "plot_category": "x",
        "plot_type": "area",
        "plot_curve": "step",
        "plot_color": "$red",
        "data": {"x": 1},
    }


def test_a_curve_is_one_of_five() -> None:
    with pytest.raises(CardError, match=r"got 'bent' - at `\$\.plot_curve`"):
        check_card(
            "a",
            {
                "view": "tall_series_stat",
                "box": "1 1 2 2",
                "title": "T",
                "value": "1",
                "aux_value": "2",
                "plot_data": [{"y": 1}],
                "plot_value": "y",
                "plot_zero_value": 0,
                "plot_category": "x",
                "plot_type": "area",
                "plot_curve": "bent",
                "plot_color": "$red",
                "data": {"x": 1},
            },
        )
