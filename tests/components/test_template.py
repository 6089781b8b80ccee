"""Template: HTML in a form."""

from __future__ import annotations

import re
from typing import Any

import pytest

from swell import pack, ui
from swell.cards.base import check_card
from swell.errors import CardError


def put(component: Any) -> dict[str, Any]:
    [item] = check_card("form", ui.form_card("", [component]))["items"]
    return dict(item)


def test_all_properties_travel() -> None:
    sent = {"content": "<b>{{x}}</b>", "data": {"x": 1}, "name": "x"}
    assert put(ui.template("<b>{{x}}</b>", {"x": 1}, "x")) == {"template": sent}
    assert put(ui.template("<b>{{x}}</b>", pack({"x": 1}), "x")) == {"template": sent}


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(CardError, match=re.escape("got `int` - at `$.items[0].template.content`")):
        put(ui.template(5))  # type: ignore[arg-type]
