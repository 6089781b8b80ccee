"""A table whose rows can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from swell.schema.kinds import Missing, Name, Record

from .base import Component


class TableColumn(Record):
    """One column of a table.

    Attributes:
        name: Name of the column.
        label: Text at its head.
        min_width: CSS width that it has at least.
        max_width: CSS width that it has at most; longer texts are wrapped.
        sortable: Not supported yet.
        searchable: Not supported yet.
        filterable: Not supported yet.
        link: Show the cells as links that choose their row. The first column has them when no
            column says so; False takes them from it.
        data_type: `string`, `integer`, `number` or `time`; numbers are aligned at the end.
        cell_type: Not supported yet.
        cell_overflow: Not supported yet: texts are wrapped.
        filters: Not supported yet.
        align: `left`, `center` or `right`, in the direction of reading.
    """

    name: Name
    label: str
    min_width: str | None = None
    max_width: str | None = None
    sortable: Annotated[Any, Missing("ui.table_column(sortable=...)")] = None
    searchable: Annotated[Any, Missing("ui.table_column(searchable=...)")] = None
    filterable: Annotated[Any, Missing("ui.table_column(filterable=...)")] = None
    link: bool | None = None
    data_type: Literal["string", "integer", "number", "time"] | None = None
    cell_type: Annotated[Any, Missing("ui.table_column(cell_type=...)")] = None
    cell_overflow: Annotated[Any, Missing("ui.table_column(cell_overflow=...)")] = None
    filters: Annotated[Any, Missing("ui.table_column(filters=...)")] = None
    align: Literal["left", "center", "right"] | None = None


class TableRow(Record):
    """One row of a table.

    Attributes:
        name: What `q.args` holds when it is chosen.
        cells: Its texts, one for each column.
    """

    name: Name
    cells: Sequence[str]


class Table(Component):
    """Show rows and columns, and submit the row whose link is clicked.

    `q.args.<name>` is a list with the name of the row, or an empty one.

    Attributes:
        name: Key in `q.args`.
        columns: The columns, `ui.table_column(...)` each.
        rows: The rows, `ui.table_row(...)` each.
        multiple: Not supported yet.
        groupable: Not supported yet.
        downloadable: Not supported yet.
        resettable: Not supported yet.
        height: CSS height from which it scrolls.
        width: CSS width.
        values: Not supported yet.
        checkbox_visibility: Not supported yet.
        visible: False hides it.
        tooltip: Help shown at a small icon above it.
        groups: Not supported yet.
        pagination: Not supported yet.
        events: Not supported yet.
        single: Not supported yet.
        value: Not supported yet.
    """

    tag: ClassVar[str] = "table"
    name: Name
    columns: Sequence[TableColumn]
    rows: Sequence[TableRow] | None = None
    multiple: Annotated[Any, Missing("ui.table(multiple=...)")] = None
    groupable: Annotated[Any, Missing("ui.table(groupable=...)")] = None
    downloadable: Annotated[Any, Missing("ui.table(downloadable=...)")] = None
    resettable: Annotated[Any, Missing("ui.table(resettable=...)")] = None
    height: str | None = None
    width: str | None = None
    values: Annotated[Any, Missing("ui.table(values=...)")] = None
    checkbox_visibility: Annotated[Any, Missing("ui.table(checkbox_visibility=...)")] = None
    visible: bool | None = None
    tooltip: str | None = None
    groups: Annotated[Any, Missing("ui.table(groups=...)")] = None
    pagination: Annotated[Any, Missing("ui.table(pagination=...)")] = None
    events: Annotated[Any, Missing("ui.table(events=...)")] = None
    single: Annotated[Any, Missing("ui.table(single=...)")] = None
    value: Annotated[Any, Missing("ui.table(value=...)")] = None
