"""Spinbox: a number in a field."""

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
    sent = {"name": "s", "label": "S", "step": 0.5, "value": 2.5, "trigger": True}
    assert put(ui.spinbox("s", "S", step=0.5, value=2.5, trigger=True)) == {"spinbox": sent}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.spinbox(""), "a non-empty `str`, got ''"),
        (WRONG.spinbox("s", max="9"), "`float`, got `str` - at `$.items[0].spinbox.max`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
