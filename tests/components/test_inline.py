"""Components in a row."""

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


def test_its_items_travel_at_any_depth() -> None:
    row = ui.inline([ui.inline([ui.text("x")], direction="column")], align="baseline", inset=True)
    assert put(row)["inline"] == {
        "items": [{"inline": {"items": [{"text": {"content": "x"}}], "direction": "column"}}],
        "align": "baseline",
        "inset": True,
    }


def test_a_row_without_end_is_refused() -> None:
    items: list[Any] = []
    row = ui.inline(items)
    items.append(row)
    with pytest.raises(CardError, match="at most 16 levels of lists"):
        put(row)


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.inline([], justify="left"), "`between`, `around`, got 'left'"),  # type: ignore[arg-type]
        (ui.inline([], align="top"), "`center`, `baseline`, got 'top'"),  # type: ignore[arg-type]
        (ui.inline([], direction="down"), "one of `row`, `column`, got 'down'"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
