"""Mini buttons: small buttons side by side."""

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
    assert put(ui.mini_buttons([ui.mini_button("m", "M")], visible=False)) == {
        "mini_buttons": {"items": [{"mini_button": {"name": "m", "label": "M"}}], "visible": False}
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (
            WRONG.mini_buttons([7]),
            "Expected a component, got `int` - at `$.items[0].mini_buttons.items[0]`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
