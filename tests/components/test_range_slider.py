"""Range slider: two numbers on a track."""

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
    sent = {"name": "r", "max": 10, "min_value": 2, "max_value": 8}
    assert put(ui.range_slider("r", min_value=2, max_value=8, max=10)) == {"range_slider": sent}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.range_slider(""), "a non-empty `str`, got ''"),
        (
            WRONG.range_slider("r", min_value=[1]),
            "`float`, got `list` - at `$.items[0].range_slider.min_value`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
