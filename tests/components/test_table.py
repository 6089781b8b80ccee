"""Table: columns, rows, groups, pages and kinds of cells."""

from __future__ import annotations

import re
from typing import Any

import pytest

from swell import Q, app, ui
from swell.cards.base import check_card, check_property
from swell.errors import CardError
from swell.schema.kinds import forgiving
from swell.testing import connect


def put(component: Any) -> dict[str, Any]:
    [item] = check_card("form", ui.form_card("", [component]))["items"]
    return dict(item["table"])


A = ui.table_column("a", "A")


def test_all_properties_travel() -> None:
    table = ui.table(
        "t",
        [
            ui.table_column("a", "A", sortable=True, data_type="number", align="right"),
            ui.table_column("b", "B", cell_type=ui.progress_table_cell_type(color="$mint")),
        ],
        [ui.table_row("r1", ["x", "0.5"]), ui.table_row("ü", ("y", 0.25))],
        pagination=ui.table_pagination(total_rows=100, rows_per_page=2),
        events=["page_change", "select"],
    )
    assert put(table) == {
        "name": "t",
        "columns": [
            {"name": "a", "label": "A", "sortable": True, "data_type": "number", "align": "right"},
            {"name": "b", "label": "B", "cell_type": {"progress": {"color": "$mint"}}},
        ],
        "rows": [{"name": "r1", "cells": ["x", "0.5"]}, {"name": "ü", "cells": ["y", 0.25]}],
        "pagination": {"total_rows": 100, "rows_per_page": 2},
        "events": ["page_change", "select"],
    }


def test_every_kind_of_cell_is_wrapped_in_its_tag_and_loads_again() -> None:
    kinds = [
        ui.icon_table_cell_type(color="red"),
        ui.markdown_table_cell_type(target="_self"),
        ui.menu_table_cell_type([ui.command("delete")]),
        ui.progress_table_cell_type(),
        ui.tag_table_cell_type("tags", [ui.tag("DONE", "$red")]),
    ]
    columns = [ui.table_column(f"c{i}", "C", cell_type=kind) for i, kind in enumerate(kinds)]
    sent = [column["cell_type"] for column in put(ui.table("t", columns))["columns"]]
    assert [next(iter(kind)) for kind in sent] == ["icon", "markdown", "menu", "progress", "tag"]
    assert sent[4] == {"tag": {"name": "tags", "tags": [{"label": "DONE", "color": "$red"}]}}
    assert [ui.TableCellType.load(kind) for kind in sent] == kinds
    assert kinds[0].icon is kinds[0]  # as Wave's wrapper has it
    assert kinds[0].menu is None


def test_a_dict_as_wave_dumps_it_is_a_cell_type() -> None:
    kind = {"progress": {"color": "red"}, "icon": None, "tag": None}
    column = {"name": "a", "label": "A", "cell_type": kind}
    assert put(ui.table("t", [column]))["columns"] == [  # type: ignore[list-item]
        {"name": "a", "label": "A", "cell_type": {"progress": {"color": "red"}}}
    ]


@pytest.mark.parametrize(
    ("component", "message"),
    [
        (ui.table("", [A]), "a non-empty `str`, got '' - at `$.items[0].table.name`"),
        (
            ui.table("t", [A], [ui.table_row("r", [None])]),  # type: ignore[list-item]
            "Expected `str` or a number, got `None` - at `$.items[0].table.rows[0].cells[0]`",
        ),
        (
            ui.table("t", [A], [ui.table_row("", ["x"])]),
            "got '' - at `$.items[0].table.rows[0].name`",
        ),
        (
            ui.table("t", [ui.table_column("a", "A", cell_type=ui.tag("x", "red"))]),  # type: ignore[arg-type]
            "Expected a cell type, got `swell.components.tags.Tag`",
        ),
        (
            ui.table("t", [ui.table_column("a", "A", cell_type={"bar": {}})]),  # type: ignore[arg-type]
            "one of `progress`, `icon`, `tag`, `markdown`, `menu`, got ['bar']",
        ),
        (
            ui.table("t", [A], pagination=ui.table_pagination(1, 0)),
            "`int` >= 1, got 0 - at `$.items[0].table.pagination.rows_per_page`",
        ),
        (ui.table("t", [A], events=["click"]), "`select`"),  # type: ignore[list-item]
    ],
)
def test_a_wrong_value_is_refused(component: Any, message: str) -> None:
    with pytest.raises(CardError, match=re.escape(message)):
        put(component)


def test_an_event_that_wave_ignores_is_left_out_where_wave_is_followed() -> None:
    said: list[str] = []
    table = ui.table("t", [A], events=["select", "click"])  # type: ignore[list-item]
    card = check_card("form", ui.form_card("", [table]), said.append)
    assert card["items"][0]["table"]["events"] == ["select"]
    assert len(said) == 1
    assert forgiving.get() is None


def test_a_cell_and_a_row_can_be_assigned() -> None:
    card = check_card("form", ui.form_card("", [ui.table("t", [A], [ui.table_row("r", ["x"])])]))
    rows: list[str | int] = ["items", 0, "table", "rows"]
    assert check_property("form", card, [*rows, 0, "cells", 0], "y") == "y"
    assert check_property("form", card, [*rows, 0], ui.table_row("s", ["z"])) == {
        "name": "s",
        "cells": ["z"],
    }
    with pytest.raises(CardError, match="`str` or a number, got `list`"):
        check_property("form", card, [*rows, 0, "cells", 0], [])


@pytest.mark.anyio
async def test_a_click_submits_the_row() -> None:
    @app("/")
    async def serve(q: Q) -> None:
        if not q.client.initialized:
            table = ui.table("people", [A], [ui.table_row("ann", ["Ann"])])
            q.page["people"] = ui.form_card("1 1 4 4", [table])
            q.client.initialized = True
        if q.args.people:
            q.page["people"].items = [ui.text(f"Chosen: {q.args.people[0]}")]
        await q.page.save()

    async with connect(serve) as client:
        await client.act("people", ["ann"])
        assert client.page["people"]["items"] == [{"text": {"content": "Chosen: ann"}}]
