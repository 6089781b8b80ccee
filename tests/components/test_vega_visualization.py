"""Vega visualization: a chart of Vega-Lite or Vega inside a form."""

from __future__ import annotations

from swell import ui
from swell.cards.base import check_card


def test_all_properties_travel() -> None:
    chart = ui.vega_visualization('{"mark": "bar"}', [{"a": 1}], height="200px", name="bars")
    assert check_card("form", ui.form_card("", [chart]))["items"] == [
        {
            "vega_visualization": {
                "specification": '{"mark": "bar"}',
                "data": {"fields": ["a"], "rows": [[1]]},
                "height": "200px",
                "name": "bars",
            }
        }
    ]
