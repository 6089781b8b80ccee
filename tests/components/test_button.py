"""Button."""

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
    button = ui.button("go", "Go", primary=True, value="now", commands=[ui.command("later")])
    assert put(button)["button"] == {
        "name": "go",
        "label": "Go",
        "value": "now",
        "primary": True,
        "commands": [{"name": "later"}],
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.button(""), "a non-empty `str`, got '' - at `$.items[0].button.name`"),
        (ui.button("a", primary="yes"), "`bool`, got `str` - at `$.items[0].button.primary`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
