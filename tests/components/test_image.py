"""Image: a picture in a form."""

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
    sent = {"title": "A hill", "path": "/hill.png", "width": "50%"}
    assert put(ui.image("A hill", path="/hill.png", width="50%")) == {"image": sent}


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (WRONG.image("A hill", image=b"x"), "`str`, got `bytes` - at `$.items[0].image.image`"),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
