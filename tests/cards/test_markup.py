"""Markup card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.markup_card("1 1 2 2", "Menu", "<ol><li>Spam</li></ol>", compact=True)
    assert check_card("menu", card) == {
        "view": "markup",
        "box": "1 1 2 2",
        "title": "Menu",
        "content": "<ol><li>Spam</li></ol>",
        "compact": True,
    }


def test_a_markup_card_needs_its_content() -> None:
    with pytest.raises(CardError, match="`MarkupCard` needs `content`"):
        check_card("menu", {"view": "markup", "box": "", "title": ""})
