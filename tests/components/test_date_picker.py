"""Date picker: a day."""

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
    sent = {"name": "d", "label": "D", "value": "2024-03-01", "min": "2024-01-01"}
    assert put(ui.date_picker("d", "D", value="2024-03-01", min="2024-01-01")) == {
        "date_picker": sent
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.date_picker(""), "a non-empty `str`, got ''"),
        (
            WRONG.date_picker("d", value=2024),
            "`str`, got `int` - at `$.items[0].date_picker.value`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
