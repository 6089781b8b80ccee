"""Checkbox."""

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


def test_all_properties_travel() -> None:
    box = ui.checkbox("ok", "Agree", value=False, indeterminate=True, trigger=True)
    assert put(box)["checkbox"] == {
        "name": "ok",
        "label": "Agree",
        "value": False,
        "indeterminate": True,
        "trigger": True,
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.checkbox(""), "a non-empty `str`, got '' - at `$.items[0].checkbox.name`"),
        (ui.checkbox("a", value=1), "`bool`, got `int` - at `$.items[0].checkbox.value`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
