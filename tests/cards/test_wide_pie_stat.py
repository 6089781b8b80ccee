"""Wide pie stat card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.wide_pie_stat_card("1 1 3 3", "T", [ui.pie("A", "35 %", 0.35, "$red", "7")])
    assert check_card("a", card) == {
        "view": "wide_pie_stat",
        "box": "1 1 3 3",
        "title": "T",
        "pies": [
            {"label": "A", "value": "35 %", "fraction": 0.35, "color": "$red", "aux_value": "7"}
        ],
    }


def test_a_share_has_a_fraction() -> None:
    with pytest.raises(CardError, match=r"`Pie` needs `fraction`"):
        check_card(
            "a",
            {
                "view": "wide_pie_stat",
                "box": "",
                "title": "T",
                "pies": [{"label": "A", "value": "1", "color": "red"}],
            },
        )
