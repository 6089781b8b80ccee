"""Tags: short words on coloured grounds."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    tags = ui.tags([ui.tag("New", "$red"), ui.tag("Old", "#eee", label_color="black")])
    assert check_card("form", ui.form_card("", [tags]))["items"] == [
        {
            "tags": {
                "items": [
                    {"label": "New", "color": "$red"},
                    {"label": "Old", "color": "#eee", "label_color": "black"},
                ]
            }
        }
    ]


def test_a_tag_needs_a_colour() -> None:
    with pytest.raises(CardError, match="`Tag` needs `color`"):
        check_card("form", ui.form_card("", [{"tags": {"items": [{"label": "New"}]}}]))  # type: ignore[list-item]
