"""Vega card."""

from __future__ import annotations

import pytest

from swell import data, ui
from swell.cards.base import check_card
from swell.errors import CardError
from swell.page.page import Page


def test_all_properties_travel() -> None:
    card = ui.vega_card("", "Bars", '{"mark": "bar"}', [{"a": 1}, {"b": None}], grammar="vega-lite")
    assert check_card("bars", card) == {
        "view": "vega",
        "box": "",
        "title": "Bars",
        "specification": '{"mark": "bar"}',
        "data": {"fields": ["a", "b"], "rows": [[1, None], [None, None]]},
        "grammar": "vega-lite",
    }


def test_rows_of_a_buffer_are_written_one_by_one() -> None:
    page = Page()
    page["bars"] = ui.vega_card("", "Bars", '{"mark": "bar"}', data("a b", 3))
    page["bars"].data[2] = [1, 2]
    page.save()


def test_a_grammar_is_one_of_two() -> None:
    with pytest.raises(CardError, match="got 'vegalite', did you mean `vega-lite`"):
        check_card(
            "bars",
            {"view": "vega", "box": "", "title": "", "specification": "{}"}
            | {"grammar": "vegalite"},
        )
