"""Large stat card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.large_stat_card(
        box="1 1 2 2", title="T", value="1", aux_value="2", caption="C", data={"x": 1}
    )
    assert check_card("a", card) == {
        "view": "large_stat",
        "box": "1 1 2 2",
        "title": "T",
        "value": "1",
        "aux_value": "2",
        "caption": "C",
        "data": {"x": 1},
    }


def test_a_value_is_a_text() -> None:
    with pytest.raises(CardError, match=r"Expected `str`, got `int` - at `\$\.value`"):
        check_card(
            "a",
            {
                "view": "large_stat",
                "box": "1 1 2 2",
                "title": "T",
                "value": 5,
                "aux_value": "2",
                "caption": "C",
                "data": {"x": 1},
            },
        )
