"""Expander: components that are shown or folded."""

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
    sent = {"name": "e", "label": "More", "expanded": True, "items": [{"text": {"content": "Hi"}}]}
    assert put(ui.expander("e", "More", True, [ui.text("Hi")])) == {"expander": sent}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.expander(""), "a non-empty `str`, got ''"),
        (
            WRONG.expander("e", items=[ui.tab("a")]),
            "Expected a component, got `swell.components.tabs.Tab`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
