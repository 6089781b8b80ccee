"""Mini button: a small button without a border."""

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
    assert put(ui.mini_button("m", "M", "Add")) == {
        "mini_button": {"name": "m", "label": "M", "icon": "Add"}
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.mini_button("", "M"), "a non-empty `str`, got ''"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
