"""Choice group: one of a few choices."""

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
    sent = {
        "name": "c",
        "label": "C",
        "value": "a",
        "choices": [{"name": "a", "label": "A"}],
        "inline": True,
    }
    assert put(ui.choice_group("c", "C", "a", [ui.choice("a", "A")], inline=True)) == {
        "choice_group": sent
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.choice_group(""), "a non-empty `str`, got ''"),
        (
            WRONG.choice_group("c", choices=["a"]),
            "Expected `Choice`, got `str` - at `$.items[0].choice_group.choices[0]`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
