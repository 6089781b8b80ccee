"""Template card."""

from __future__ import annotations

from typing import Any

import pytest

from swell import data, pack, ui
from swell.cards.base import check_card
from swell.errors import CardError
from swell.page.page import Page


@pytest.mark.parametrize("values", [{"name": "Ada"}, pack({"name": "Ada"})])
def test_values_travel_as_json(values: Any) -> None:
    card = ui.template_card("1 1 2 2", "Menu", "<b>{{name}}</b>", values)
    assert check_card("menu", card) == {
        "view": "template",
        "box": "1 1 2 2",
        "title": "Menu",
        "content": "<b>{{name}}</b>",
        "data": {"name": "Ada"},
    }


def test_values_may_be_rows() -> None:
    page = Page()
    page["menu"] = ui.template_card(
        "1 1 2 2", "", "{{#each this}}{{name}}{{/each}}", data("name", rows=[["Spam"]])
    )


def test_a_wrong_template_is_refused() -> None:
    with pytest.raises(CardError, match=r"`str`, got `int` - at `\$\.content`"):
        check_card("menu", {"view": "template", "box": "", "title": "", "content": 1})
