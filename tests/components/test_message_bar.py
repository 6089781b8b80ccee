"""Message bar."""

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


def test_all_properties_travel() -> None:
    bar = ui.message_bar("success", "Saved", buttons=[ui.button("undo")])
    assert put(bar)["message_bar"] == {
        "type": "success",
        "text": "Saved",
        "buttons": [{"button": {"name": "undo"}}],
    }


def test_it_may_be_empty() -> None:
    assert put(ui.message_bar()) == {"message_bar": {}}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.message_bar("inf"), "got 'inf', did you mean `info`?"),  # type: ignore[arg-type]
        (ui.message_bar(text=3), "`str`, got `int` - at `$.items[0].message_bar.text`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
