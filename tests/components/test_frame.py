"""Frame: a page in a frame, in a form."""

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
    sent = {"content": "<p>x", "width": "50%", "height": "90px", "name": "x"}
    assert put(ui.frame(None, "<p>x", "50%", "90px", "x")) == {"frame": sent}


def test_a_wrong_value_is_refused() -> None:
    with pytest.raises(CardError, match=re.escape("got `int` - at `$.items[0].frame.path`")):
        put(ui.frame(5))  # type: ignore[arg-type]
