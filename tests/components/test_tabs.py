"""Tabs of a form."""

from __future__ import annotations

import re
from typing import Any

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError

WRONG: Any = ui
"""Takes what type checkers refuse."""


def put(component: Any) -> dict[str, Any]:
    [item] = check_card("form", ui.form_card("", [component]))["items"]
    return dict(item)


def test_all_properties_travel() -> None:
    sent = {
        "name": "t",
        "value": "b",
        "items": [{"name": "a", "label": "A", "icon": "Mail"}, {"name": "b"}],
        "link": True,
    }
    assert put(ui.tabs("t", "b", [ui.tab("a", "A", "Mail"), ui.tab("b")], link=True)) == {
        "tabs": sent
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.tabs(""), "a non-empty `str`, got ''"),
        (WRONG.tabs("t", items=["a"]), "Expected `Tab`, got `str` - at `$.items[0].tabs.items[0]`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
