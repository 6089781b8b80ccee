"""Stat list card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.stat_list_card(
        "1 1 2 4",
        "T",
        [ui.stat_list_item("A", "a", "c", "1", "$red", "2", "Mail", "$blue")],
        "n",
        "S",
    )
    assert check_card("a", card) == {
        "view": "stat_list",
        "box": "1 1 2 4",
        "title": "T",
        "items": [
            {
                "label": "A",
                "name": "a",
                "caption": "c",
                "value": "1",
                "value_color": "$red",
                "aux_value": "2",
                "icon": "Mail",
                "icon_color": "$blue",
            }
        ],
        "name": "n",
        "subtitle": "S",
    }


def test_an_item_has_a_label() -> None:
    with pytest.raises(CardError, match=r"`StatListItem` needs `label`"):
        check_card("a", {"view": "stat_list", "box": "", "title": "T", "items": [{"value": "1"}]})
