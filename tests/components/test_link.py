"""Link."""

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
    link = ui.link("Docs", "/docs", button=True, target="", download=False)
    assert put(link)["link"] == {
        "label": "Docs",
        "path": "/docs",
        "download": False,
        "button": True,
        "target": "",
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.link(path=3), "`str`, got `int` - at `$.items[0].link.path`"),  # type: ignore[arg-type]
        (ui.link(disabled="no"), "`bool`, got `str` - at `$.items[0].link.disabled`"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)
