"""Large bar stat card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.large_bar_stat_card(
        box="1 1 2 2",
        title="T",
        caption="C",
        value="1",
        aux_value="2",
        value_caption="a",
        aux_value_caption="b",
        progress=0.5,
        plot_color="$red",
        data={"x": 1},
    )
    assert check_card("a", card) == {
        "view": "large_bar_stat",
        "box": "1 1 2 2",
        "title": "T",
        "caption": "C",
        "value": "1",
        "aux_value": "2",
        "value_caption": "a",
        "aux_value_caption": "b",
        "progress": 0.5,
        "plot_color": "$red",
        "data": {"x": 1},
    }


def test_progress_is_a_number() -> None:
    with pytest.raises(CardError, match=r"`\$\.progress`"):
        check_card(
            "a",
            {
                "view": "large_bar_stat",
                "box": "1 1 2 2",
                "title": "T",
                "caption": "C",
                "value": "1",
                "aux_value": "2",
                "value_caption": "a",
                "aux_value_caption": "b",
                "progress": "half",
                "plot_color": "$red",
                "data": {"x": 1},
            },
        )
