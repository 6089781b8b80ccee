"""Markdown card."""

from __future__ import annotations

from typing import Any

import pytest

from swell import data, pack, ui
from swell.cards.base import check_card
from swell.errors import CardError


def put(values: Any) -> dict[str, Any]:
    return check_card("md", ui.markdown_card("", "Title", "Hi {{name}}", data=values))


@pytest.mark.parametrize("values", [{"name": "Ada"}, pack({"name": "Ada"})])
def test_values_for_the_text_travel_plainly(values: Any) -> None:
    assert put(values)["data"] == {"name": "Ada"}


def test_packed_rows_become_records() -> None:
    assert put(data("a b", rows=[[1, 2]], pack=True))["data"] == [{"a": 1, "b": 2}]


def test_values_may_be_a_buffer() -> None:
    rows = data("name", rows=[["Ada"]])
    assert put(rows)["data"] is rows


def test_text_that_is_not_packed_is_refused() -> None:
    with pytest.raises(CardError, match=r"Expected a packed string .*got 'Ada' - at `\$\.data`"):
        put("Ada")
