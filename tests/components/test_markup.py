"""Markup: HTML in a form."""

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
    sent = {"content": "<b>x</b>", "name": "x", "width": "50%", "visible": False}
    assert put(ui.markup("<b>x</b>", "x", "50%", False)) == {"markup": sent}


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(CardError, match=re.escape("got `int` - at `$.items[0].markup.content`")):
        put(ui.markup(5))  # type: ignore[arg-type]
