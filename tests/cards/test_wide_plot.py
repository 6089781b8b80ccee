"""Wide plot card."""

from __future__ import annotations

from swell import ui
from swell.cards.base import check_card


def test_all_properties_travel() -> None:
    plot = ui.plot([ui.mark(type="interval", x="=day", y="=price")])
    card = ui.wide_plot_card("", "Prices", "Of a week", plot, [{"day": "Mon", "price": 3}])
    assert check_card("prices", card) == {
        "view": "wide_plot",
        "box": "",
        "title": "Prices",
        "caption": "Of a week",
        "plot": {"marks": [{"type": "interval", "x": "=day", "y": "=price"}]},
        "data": {"fields": ["day", "price"], "rows": [["Mon", 3]]},
    }
