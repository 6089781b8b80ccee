"""Checklist: some of a few choices."""

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
    sent = {"name": "c", "label": "C", "values": ["a"], "choices": [{"name": "a"}], "inline": True}
    assert put(ui.checklist("c", "C", ["a"], [ui.choice("a")], inline=True)) == {"checklist": sent}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.checklist(""), "a non-empty `str`, got ''"),
        (WRONG.checklist("c", values="a"), "`list`, got `str` - at `$.items[0].checklist.values`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
