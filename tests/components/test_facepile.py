"""Facepile: users as overlapping pictures."""

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
    assert put(ui.facepile([ui.persona("Ada")], "f", 1, "more")) == {
        "facepile": {
            "items": [{"persona": {"title": "Ada"}}],
            "name": "f",
            "max": 1,
            "value": "more",
        }
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.facepile([], max=-1), "at `$.items[0].facepile.max`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
