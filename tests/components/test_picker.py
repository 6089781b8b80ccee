"""Picker: some of many choices, which typing finds."""

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
    assert put(ui.picker("p", [ui.choice("a", "A")], "P", ["a"], 2, True)) == {
        "picker": {
            "name": "p",
            "choices": [{"name": "a", "label": "A"}],
            "label": "P",
            "values": ["a"],
            "max_choices": 2,
            "required": True,
        }
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.picker("p", [], max_choices=-1), "at `$.items[0].picker.max_choices`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
