"""Rows that can be sorted, searched, filtered, grouped, paged and selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, cast

from msgspec import Meta

from swell.schema.kinds import TEXT_OR_NUMBER, Kind, Name, Record, RecordOf

from .base import Component
from .table_cells import TableCellType

TableEvent: TypeAlias = Literal[
    "select",
    "group_change",
    "search",
    "sort",
    "filter",
    "group_by",
    "page_change",
    "download",
    "reset",
]


class TableColumn(Record):
    """A column of a table.

    Attributes:
        name: Name of the column in events.
        label: Text at its head.
        min_width: Least width, such as `80px`; `150px` when absent.
        max_width: Width, such as `300px`; a share of the table when absent.
        sortable: Sort the rows by it when its head is clicked.
        searchable: Search in it. One such column gives the table a search box.
        filterable: Offer its values as a filter.
        link: Draw the cells as links that submit the name of the row. The first column has them
            unless another does, or it is False there.
        data_type: How its cells are compared: `string` (when absent), `number`, or `time`, whose
            cells are ISO 8601 or milliseconds since the epoch and are written as the reader's
            language does.
        cell_type: How its cells are drawn, such as `ui.icon_table_cell_type()`; as text when
            absent.
        cell_overflow: What happens to text that is too long: `tooltip` shows all of it on hover
            and focus, `wrap` breaks it into lines; it is cut when absent.
        filters: The values that the filter offers; those of the rows when absent. Needed with
            pagination.
        align: `left`, `center` or `right`; `left` is where reading begins. Absent: `right` for
            numbers, else `left`.
    """

    name: Name
    label: str
    min_width: str | None = None
    max_width: str | None = None
    sortable: bool | None = None
    searchable: bool | None = None
    filterable: bool | None = None
    link: bool | None = None
    data_type: Literal["string", "number", "time"] | None = None
    cell_type: TableCellType | None = None
    cell_overflow: Literal["tooltip", "wrap"] | None = None
    filters: Sequence[str] | None = None
    align: Literal["left", "center", "right"] | None = None


_STR = frozenset([str])


class TableRow(Record):
    """A row of a table.

    Attributes:
        name: What `q.args` and events hold for it.
        cells: Its cells in the order of the columns: texts, or numbers.
    """

    name: Name
    cells: Sequence[Annotated[str | float, TEXT_OR_NUMBER]]

    @classmethod
    def as_kind(cls) -> Kind:
        """Return the kind that annotations naming this class stand for."""
        return _ROW


class _Row(RecordOf):
    """A row; those of plain ASCII texts are checked without a path for each cell."""

    def check(self, value: Any, path: str) -> dict[str, Any]:
        if type(value) is TableRow:
            name, cells = value.name, value.cells
            if (
                type(name) is str
                and name
                and name.isascii()
                and type(cells) in (list, tuple)
                and _STR.issuperset(map(type, cells))
                and "".join(cast("Sequence[str]", cells)).isascii()
            ):
                return {"name": name, "cells": list(cells)}
        return super().check(value, path)


_ROW = _Row(TableRow)


class TableGroup(Record):
    """Rows of a table below a title that folds them.

    Attributes:
        label: The title.
        rows: The rows.
        collapsed: Fold them at first; True when absent.
    """

    label: str
    rows: Sequence[TableRow]
    collapsed: bool | None = None


class TablePagination(Record):
    """How many rows there are beyond those that the table holds.

    Attributes:
        total_rows: Number of all rows.
        rows_per_page: Number of rows of a page.
    """

    total_rows: Annotated[int, Meta(ge=0)]
    rows_per_page: Annotated[int, Meta(ge=1)]


class Table(Component):
    """Show rows and columns that can be sorted, searched, filtered, grouped and selected.

    A click on a link submits the form with `q.args.<name>` as a list with the name of the row;
    so does a double click, or Enter, on a row of a table in which nothing is selected. With
    `multiple` or `single`, the list has the names of the selected rows at the next submission,
    and nothing is submitted by selecting.

    With `pagination` the table holds one page of the rows. What the user asks for arrives as
    `q.events.<name>`, and the handler assigns `rows` (and `pagination`, if their number changed):
    `search` is `{"value": ..., "cols": [...]}`, `sort` is `{column: ascending}`, `filter` is
    `{column: [values]}`, `page_change` is `{"offset": ...}`, `group_by` is a column or `*`,
    `download` and `reset` are True. `select` has the names of the selected rows and
    `group_change` the labels of the groups that were folded or unfolded, with and without
    pagination.

    Attributes:
        name: Key in `q.args`, and source of the events.
        columns: The columns.
        rows: The rows. Not with `groups`.
        multiple: Let several rows be selected.
        groupable: Offer to group the rows by a column.
        downloadable: Offer to download all rows as CSV.
        resettable: Offer to take back search, filters, sorting and grouping.
        height: CSS height of the whole table, or `1` for all the height of the card. Absent: that
            of its rows, at most 500 px.
        width: CSS width.
        values: Names of the selected rows; lets several be selected unless it is empty.
        checkbox_visibility: When the boxes of rows are shown: `always`, `on-hover` (when absent)
            or `hidden`. They can be seen wherever the focus is, and on touch screens.
        visible: False hides it.
        tooltip: Help shown at a small icon above the table.
        groups: Rows in groups. Not with `rows`.
        pagination: Rows come by pages, and the handler makes them.
        events: What is sent: `select`, `group_change`, and with `pagination` `search`, `sort`,
            `filter`, `download`, `page_change` and `reset`.
        single: Let one row be selected.
        value: Name of the selected row; lets one row be selected.
    """

    tag: ClassVar[str] = "table"
    name: Name
    columns: Sequence[TableColumn]
    rows: Sequence[TableRow] | None = None
    multiple: bool | None = None
    groupable: bool | None = None
    downloadable: bool | None = None
    resettable: bool | None = None
    height: str | None = None
    width: str | None = None
    values: Sequence[str] | None = None
    checkbox_visibility: Literal["always", "on-hover", "hidden"] | None = None
    visible: bool | None = None
    tooltip: str | None = None
    groups: Sequence[TableGroup] | None = None
    pagination: TablePagination | None = None
    events: Sequence[TableEvent] | None = None
    single: bool | None = None
    value: str | None = None
