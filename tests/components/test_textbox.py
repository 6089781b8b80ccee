"""Text box."""

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
    box = ui.textbox("city", "City", "Where?", "Oslo", multiline=True, height="90px", type="tel")
    assert put(box)["textbox"] == {
        "name": "city",
        "label": "City",
        "placeholder": "Where?",
        "value": "Oslo",
        "multiline": True,
        "height": "90px",
        "type": "tel",
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.textbox(""), "a non-empty `str`, got '' - at `$.items[0].textbox.name`"),
        (ui.textbox("a", type="email"), "one of `text`, `number`, `tel`, got 'email'"),  # type: ignore[arg-type]
        (ui.textbox("a", value=7), "`str`, got `int` - at `$.items[0].textbox.value`"),  # type: ignore[arg-type]
        (ui.textbox("a", height=90), "`str`, got `int` - at `$.items[0].textbox.height`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
