"""Stats: figures side by side."""

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
    sent = {"items": [{"label": "Users", "value": "12", "icon": "People"}], "justify": "between"}
    assert put(ui.stats([ui.stat("Users", "12", icon="People")], justify="between")) == {
        "stats": sent
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (
            ui.stats([WRONG.stat("Users", 12)]),
            "`str`, got `int` - at `$.items[0].stats.items[0].value`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
