"""Visualization: a plot inside a form."""

from __future__ import annotations

from typing import Any

import pytest

from swell import data, ui
from swell.cards.base import check_card
from swell.errors import CardError
from swell.page.page import Page

PLOT = ui.plot([ui.mark(type="interval", x="=job", y="=pay")])


def put(component: Any) -> dict[str, Any]:
    [item] = check_card("form", ui.form_card("", [component]))["items"]
    return dict(item)


def test_all_properties_travel() -> None:
    rows = data("job pay", 3, rows=[("medicine", 23_000)])
    assert put(ui.visualization(PLOT, rows, width="50%", height="200px", name="pay")) == {
        "visualization": {
            "plot": {"marks": [{"type": "interval", "x": "=job", "y": "=pay"}]},
            "data": {"fields": ["job", "pay"], "rows": [["medicine", 23_000]]},
            "width": "50%",
            "height": "200px",
            "name": "pay",
        }
    }


def test_all_rows_are_assigned_at_once() -> None:
    page = Page()
    page["form"] = ui.form_card("", [ui.visualization(PLOT, [{"job": "a", "pay": 1}], name="pay")])
    page["form"].pay.data = data("job pay", rows=[("b", 2)], pack=True)
    with pytest.raises(CardError, match="assign all of them"):
        page["form"].pay.data[0] = ["c", 3]


def test_a_frame_of_pandas_goes_in_as_it_is() -> None:
    class DataFrame:
        """Looks like one of pandas."""

        columns = ("job", "pay")

        def to_dict(self, kind: str) -> dict[str, Any]:
            assert kind == "split"
            return {"data": [["medicine", float("nan")]]}

    DataFrame.__module__ = "pandas.core.frame"
    sent = put(ui.visualization(PLOT, DataFrame()))["visualization"]["data"]  # type: ignore[arg-type]
    assert sent == {"fields": ["job", "pay"], "rows": [["medicine", None]]}
