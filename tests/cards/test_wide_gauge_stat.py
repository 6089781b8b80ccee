"""Wide gauge stat card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.wide_gauge_stat_card(
        box="1 1 2 2",
        title="T",
        value="1",
        aux_value="2",
        progress=0.5,
        plot_color="$red",
        data={"x": 1},
    )
    assert check_card("a", card) == {
        "view": "wide_gauge_stat",
        "box": "1 1 2 2",
        "title": "T",
        "value": "1",
        "aux_value": "2",
        "progress": 0.5,
        "plot_color": "$red",
        "data": {"x": 1},
    }


def test_progress_is_a_number() -> None:
    with pytest.raises(CardError, match=r"`\$\.progress`"):
        check_card(
            "a",
            {
                "view": "wide_gauge_stat",
                "box": "1 1 2 2",
                "title": "T",
                "value": "1",
                "aux_value": "2",
                "progress": "half",
                "plot_color": "$red",
                "data": {"x": 1},
            },
        )
