"""Stepper: the steps of a task."""

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
    assert put(ui.stepper("s", [ui.step("A", "Home", True), ui.step("B")], tooltip="T")) == {
        "stepper": {
            "name": "s",
            "items": [{"label": "A", "icon": "Home", "done": True}, {"label": "B"}],
            "tooltip": "T",
        }
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (
            WRONG.stepper("s", [WRONG.step(7)]),
            "`str`, got `int` - at `$.items[0].stepper.items[0].label`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
