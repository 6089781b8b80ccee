"""Header card."""

from __future__ import annotations

from typing import Any

import pytest

from swell import ui
from swell.cards.base import check_card, check_property
from swell.errors import CardError


def put(**properties: Any) -> dict[str, Any]:
    return check_card("header", ui.header_card("", "App", "What it does", **properties))


def test_navigation_and_items_travel() -> None:
    nav = [ui.nav_group("Menu", items=[ui.nav_item("#home", "Home", icon="Home")], collapsed=True)]
    checked = put(nav=nav, items=[ui.link("Docs", path="/docs")], color="card")
    assert checked["nav"] == [
        {
            "label": "Menu",
            "items": [{"name": "#home", "label": "Home", "icon": "Home"}],
            "collapsed": True,
        }
    ]
    assert checked["items"] == [{"link": {"label": "Docs", "path": "/docs"}}]
    assert checked["color"] == "card"


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"color": "red"}, r"one of `card`, `transparent`, `primary`, got 'red' - at `\$\.color`"),
        ({"nav": [ui.nav_item("a", "A")]}, r"Expected `NavGroup`, got .*NavItem` - at `\$\.nav"),
        (
            {"nav": [ui.nav_group("G", items=[ui.nav_item("", "A")])]},
            r"a non-empty `str`, got '' - at `\$\.nav\[0\]\.items\[0\]\.name`",
        ),
    ],
)
def test_a_wrong_property_is_refused(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(CardError, match=message):
        put(**properties)


def test_a_part_of_the_navigation_can_be_assigned() -> None:
    card = put(nav=[ui.nav_group("G", items=[ui.nav_item("a", "A")])])
    path: list[str | int] = ["nav", 0, "items", 0, "disabled"]
    assert check_property("header", card, path, True) is True
