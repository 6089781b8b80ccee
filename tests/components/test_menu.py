"""Menu: a button that opens a menu of commands."""

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
    assert put(ui.menu([ui.command("go", "Go")], "Add", "/a.png", "m", "M")) == {
        "menu": {
            "items": [{"name": "go", "label": "Go"}],
            "icon": "Add",
            "image": "/a.png",
            "name": "m",
            "label": "M",
        }
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (
            WRONG.menu([WRONG.command("go", 7)]),
            "`str`, got `int` - at `$.items[0].menu.items[0].label`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
