"""Element: a web component of the app, in a form."""

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
    sent = {
        "name": "r",
        "tag_name": "star-rating",
        "module": "/s.js",
        "properties": {"value": 3},
        "events": ["rated"],
    }
    assert put(ui.element("r", "star-rating", "/s.js", {"value": 3}, ["rated"])) == {
        "element": sent
    }


@pytest.mark.parametrize("tag", ["script", "Star-Rating", "star-", "a b-c", ""])
def test_a_tag_is_that_of_a_custom_element(tag: str) -> None:
    with pytest.raises(CardError, match=re.escape("at `$.items[0].element.tag_name`")):
        put(ui.element("r", tag, "/s.js"))


@pytest.mark.parametrize(
    "module", ["https://x.example/s.js", "//x.example/s.js", "/\\\\x", "data:,1", "s.js"]
)
def test_a_module_is_of_this_site(module: str) -> None:
    with pytest.raises(CardError, match=re.escape("at `$.items[0].element.module`")):
        put(ui.element("r", "star-rating", module))
