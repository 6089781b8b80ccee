"""Separator."""

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


def test_it_may_have_a_label() -> None:
    assert put(ui.separator()) == {"separator": {}}
    assert put(ui.separator("or", name="s")) == {"separator": {"label": "or", "name": "s"}}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.separator(3), "`str`, got `int` - at `$.items[0].separator.label`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
