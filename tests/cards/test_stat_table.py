"""Stat table card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.stat_table_card(
        "1 1 2 4",
        "T",
        ["A", "B"],
        [ui.stat_table_item("A", ["1"], "a", "c", "Mail", "$blue", ["$red"])],
        "n",
        "S",
    )
    assert check_card("a", card) == {
        "view": "stat_table",
        "box": "1 1 2 4",
        "title": "T",
        "columns": ["A", "B"],
        "items": [
            {
                "label": "A",
                "values": ["1"],
                "name": "a",
                "caption": "c",
                "icon": "Mail",
                "icon_color": "$blue",
                "colors": ["$red"],
            }
        ],
        "name": "n",
        "subtitle": "S",
    }


def test_values_are_texts() -> None:
    with pytest.raises(CardError, match=r"got `int` - at `\$\.items\[0\]\.values\[0\]`"):
        check_card(
            "a",
            {
                "view": "stat_table",
                "box": "",
                "title": "T",
                "columns": ["A"],
                "items": [{"label": "A", "values": [1]}],
            },
        )
