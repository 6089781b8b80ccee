"""Element card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.element_card(
        "1 1 2 2", "r", "star-rating", "/static/s.js", {"value": 3}, ["rated"], title="T"
    )
    assert check_card("x", card) == {
        "view": "element",
        "box": "1 1 2 2",
        "name": "r",
        "tag_name": "star-rating",
        "module": "/static/s.js",
        "properties": {"value": 3},
        "events": ["rated"],
        "title": "T",
    }


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(CardError, match="`ElementCard` needs"):
        check_card("x", {"view": "element", "box": "", "title": 1})
