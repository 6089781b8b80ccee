"""Links: links in a group."""

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
    assert put(ui.links([ui.link("A", "/a")], "Read", True, "200px")) == {
        "links": {
            "items": [{"link": {"label": "A", "path": "/a"}}],
            "label": "Read",
            "inline": True,
            "width": "200px",
        }
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (WRONG.links([ui.link("A")], 7), "`str`, got `int` - at `$.items[0].links.label`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
