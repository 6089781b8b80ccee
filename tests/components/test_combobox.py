"""Combobox: a choice from a list, or a text that is not in it."""

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
    assert put(
        ui.combobox("c", "C", "Colour", "Blue", choices=["Cyan"], error="No", required=True)
    ) == {
        "combobox": {
            "name": "c",
            "label": "C",
            "placeholder": "Colour",
            "value": "Blue",
            "choices": ["Cyan"],
            "error": "No",
            "required": True,
        }
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (WRONG.combobox("c", values="Blue"), "got `str` - at `$.items[0].combobox.values`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
