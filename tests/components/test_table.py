"""Table."""

from __future__ import annotations

import re
from typing import Any

import pytest

from swell import Q, app, ui
from swell.cards.base import check_card
from swell.errors import CardError, NotSupportedError
from swell.testing import connect


def put(component: Any) -> dict[str, Any]:
    [item] = check_card("form", ui.form_card("", [component]))["items"]
    return dict(item)


def people(**more: Any) -> Any:
    columns = [ui.table_column("name", "Name", link=True), ui.table_column("age", "Age")]
    return ui.table("people", columns, [ui.table_row("ann", ["Ann", "41"])], **more)


def test_all_properties_travel() -> None:
    assert put(people(height="200px", tooltip="All of them"))["table"] == {
        "name": "people",
        "columns": [
            {"name": "name", "label": "Name", "link": True},
            {"name": "age", "label": "Age"},
        ],
        "rows": [{"name": "ann", "cells": ["Ann", "41"]}],
        "height": "200px",
        "tooltip": "All of them",
    }


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.table("t", "a"), "`list`, got `str` - at `$.items[0].table.columns`"),  # type: ignore[arg-type]
        (
            ui.table("t", [], [ui.table_row("r", [3])]),  # type: ignore[list-item]
            "`str`, got `int` - at `$.items[0].table.rows[0].cells[0]`",
        ),
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)


def test_what_waves_table_does_beyond_that_is_refused_by_name() -> None:
    with pytest.raises(NotSupportedError, match=re.escape("ui.table(multiple=...)")):
        put(people(multiple=True))
    assert put(people(multiple=False))["table"]["name"] == "people"


@pytest.mark.anyio
async def test_a_click_submits_the_row() -> None:
    @app("/")
    async def serve(q: Q) -> None:
        if not q.client.initialized:
            q.page["people"] = ui.form_card("1 1 4 4", [people()])
            q.client.initialized = True
        if q.args.people:
            q.page["people"].items = [ui.text(f"Chosen: {q.args.people[0]}")]
        await q.page.save()

    async with connect(serve) as client:
        await client.act("people", ["ann"])
        assert client.page["people"]["items"] == [{"text": {"content": "Chosen: ann"}}]
