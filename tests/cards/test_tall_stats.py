"""Tall stats card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.tall_stats_card("1 1 1 4", [ui.stat("Users", "87")], name="n")
    assert check_card("a", card) == {
        "view": "tall_stats",
        "box": "1 1 1 4",
        "items": [{"label": "Users", "value": "87"}],
        "name": "n",
    }


def test_figures_are_stats() -> None:
    with pytest.raises(CardError, match=r"Expected `Stat`, got `str`"):
        check_card(
            "a",
            ui.tall_stats_card("", ["Users"]),  # type: ignore[list-item]
        )
