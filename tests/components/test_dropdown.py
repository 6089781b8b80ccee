"""Dropdown and its choices."""

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
    choices = [ui.choice("a", "A"), ui.choice("b", disabled=True)]
    assert put(ui.dropdown("d", values=[], choices=choices, popup="never"))["dropdown"] == {
        "name": "d",
        "values": [],  # present: several can be chosen
        "choices": [{"name": "a", "label": "A"}, {"name": "b", "disabled": True}],
        "popup": "never",
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.dropdown(""), "a non-empty `str`, got '' - at `$.items[0].dropdown.name`"),
        (ui.dropdown("a", popup="yes"), "one of `auto`, `always`, `never`, got 'yes'"),  # type: ignore[arg-type]
        (
            ui.dropdown("a", choices=["b"]),  # type: ignore[list-item]
            "Expected `Choice`, got `str` - at `$.items[0].dropdown.choices[0]`",
        ),
        (
            ui.dropdown("a", choices=[ui.choice("")]),
            "got '' - at `$.items[0].dropdown.choices[0].name`",
        ),
        (ui.dropdown("a", values="b"), "`list`, got `str` - at `$.items[0].dropdown.values`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
