"""Tab card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.tab_card("1 1 4 1", [ui.tab("a", "A", "Mail")], value="a", link=True, name="view")
    assert check_card("tabs", card) == {
        "view": "tab",
        "box": "1 1 4 1",
        "items": [{"name": "a", "label": "A", "icon": "Mail"}],
        "value": "a",
        "link": True,
        "name": "view",
    }


def test_a_tab_needs_a_name() -> None:
    with pytest.raises(CardError, match=r"got '' - at `\$\.items\[0\]\.name`"):
        check_card("tabs", ui.tab_card("", [ui.tab("")]))
