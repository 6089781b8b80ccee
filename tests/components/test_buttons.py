"""Buttons in a row."""

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


def test_its_buttons_travel() -> None:
    row = ui.buttons([ui.button("a"), ui.button("b")], justify="between")
    assert put(row)["buttons"] == {
        "items": [{"button": {"name": "a"}}, {"button": {"name": "b"}}],
        "justify": "between",
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.buttons([], justify="left"), "`between`, `around`, got 'left'"),  # type: ignore[arg-type]
        (ui.buttons([ui.button("")]), "got '' - at `$.items[0].buttons.items[0].button.name`"),
        (ui.buttons("a"), "`list`, got `str` - at `$.items[0].buttons.items`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
