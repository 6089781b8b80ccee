"""Values and rows of cards: buffers, records and packed strings."""

from __future__ import annotations

import pytest

from swell import data, pack, ui
from swell.cards.base import check_card, check_property
from swell.errors import CardError


def test_values_may_be_a_dict_or_packed() -> None:
    for given in ({"users": 5}, pack({"users": 5})):
        card = check_card("a", ui.small_stat_card("1 1 1 1", "Users", "=users", data=given))
        assert card["data"] == {"users": 5}


def test_a_value_is_assigned_by_its_name() -> None:
    card = check_card("a", ui.small_stat_card("1 1 1 1", "Users", "=users", data={"users": 5}))
    assert check_property("a", card, ["data", "users"], 6) == 6


def test_rows_may_be_a_buffer_a_list_or_packed() -> None:
    def rows(given: object) -> object:
        card = ui.small_series_stat_card("1 1 1 1", "Users", "5", given, "users")  # type: ignore[arg-type]
        return check_card("a", card)["plot_data"]

    buffer = data("day users", -5)
    assert rows(buffer) is buffer
    assert rows([{"users": 5}]) == [{"users": 5}]
    assert rows(data("day users", rows=[["Mon", 5]], pack=True)) == [{"day": "Mon", "users": 5}]
    with pytest.raises(CardError, match=r"Expected `list`, got `int` - at `\$\.plot_data`"):
        rows(5)
