"""`color_picker`: any colour, or one of a few."""

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
    assert put(ui.color_picker("c", "C", "$red", ["$red", "#00f"], alpha=True, inline=False)) == {
        "color_picker": {
            "name": "c",
            "label": "C",
            "value": "$red",
            "choices": ["$red", "#00f"],
            "alpha": True,
            "inline": False,
        }
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (WRONG.color_picker("c", value=7), "`str`, got `int` - at `$.items[0].color_picker.value`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
