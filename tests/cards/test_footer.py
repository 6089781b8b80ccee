"""Footer card."""

from __future__ import annotations

import pytest

from swell import ui
from swell.cards.base import check_card
from swell.errors import CardError


def test_all_properties_travel() -> None:
    card = ui.footer_card("1 9 4 1", "Made by **us**", [ui.link("Privacy", "/privacy", name="p")])
    assert check_card("footer", card) == {
        "view": "footer",
        "box": "1 9 4 1",
        "caption": "Made by **us**",
        "items": [{"link": {"label": "Privacy", "path": "/privacy", "name": "p"}}],
    }


def test_a_footer_needs_a_caption() -> None:
    with pytest.raises(CardError, match="`FooterCard` needs `caption`"):
        check_card("footer", {"view": "footer", "box": ""})
