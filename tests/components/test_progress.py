"""Progress."""

from __future__ import annotations

import re
from typing import Any

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def put(component: Any) -> dict[str, Any]:
    [item] = check_card("form", ui.form_card("", [component]))["items"]
    return dict(item)


@pytest.mark.parametrize("value", [0, 0.5, 1])
def test_its_value_is_a_share(value: float) -> None:
    bar = ui.progress("Copy", caption="3 of 6", value=value, type="spinner")
    assert put(bar)["progress"] == {
        "label": "Copy",
        "caption": "3 of 6",
        "value": value,
        "type": "spinner",
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.progress("x", value=1.5), "`float` from 0 to 1, got 1.5"),
        (ui.progress("x", value=-0.1), "`float` from 0 to 1, got -0.1"),
        (ui.progress("x", value=float("inf")), "a finite `float`, got `inf`"),
        (ui.progress("x", value="50%"), "`float`, got `str` - at `$.items[0].progress.value`"),  # type: ignore[arg-type]
        (ui.progress("x", type="round"), "one of `bar`, `spinner`, got 'round'"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
