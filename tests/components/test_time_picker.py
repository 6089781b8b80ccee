"""Time picker: a time of day."""

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
    sent = {"name": "t", "label": "T", "value": "10:30", "hour_format": "24", "minutes_step": 15}
    assert put(ui.time_picker("t", "T", value="10:30", hour_format="24", minutes_step=15)) == {
        "time_picker": sent
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.time_picker(""), "a non-empty `str`, got ''"),
        (WRONG.time_picker("t", hour_format="13"), "one of `12`, `24`, got '13'"),
        (ui.time_picker("t", minutes_step=0), "`int` from 1 to 60, got 0"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
