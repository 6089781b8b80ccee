"""Slider: a number on a track."""

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
    sent = {"name": "s", "label": "S", "min": -1, "max": 1, "step": 0.1, "value": 0.5}
    assert put(ui.slider("s", "S", min=-1, max=1, step=0.1, value=0.5)) == {"slider": sent}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.slider(""), "a non-empty `str`, got ''"),
        (WRONG.slider("s", value="5"), "`float`, got `str` - at `$.items[0].slider.value`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
