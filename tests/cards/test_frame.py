"""Frame card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.frame_card("1 1 2 2", "Report", "/x", "<p>x", compact=True)
    assert check_card("x", card) == {
        "view": "frame",
        "box": "1 1 2 2",
        "title": "Report",
        "path": "/x",
        "content": "<p>x",
        "compact": True,
    }


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(CardError, match=r"`str`, got `int` - at `\$\.title`"):
        check_card("x", {"view": "frame", "box": "", "title": 1})
