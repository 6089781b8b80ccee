"""Buffer: ordered rows with ids, the one model of all four of Wave's kinds.

What a kind means (a cyclic buffer drops its oldest row, a map sorts by key) is decided
once, on the server, in `kinds.py`. This module holds and sends only ordered rows, so
that no second implementation can disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from swell.errors import OpError

from .ops import ILLEGAL, Path, Segment, units

RowId: TypeAlias = str | int
Cells: TypeAlias = list[Any]
Undo: TypeAlias = Callable[[], object]


class Row:
    """One record of a buffer.

    Attributes:
        id: Unique in its buffer; never used again after the row is gone.
        cells: One value per field, or None for an empty slot.
        ends: Length in UTF-16 units of each cell that is text, kept so that appending
            does not have to count the text again; filled when first asked for.
        inner: The same for texts inside of cells, by field and path; forgotten
            when anything but a text's end changes, since paths may mean something else then.
        paths: Path of each cell that text was appended to, made once.
    """

    __slots__ = ("cells", "ends", "id", "inner", "paths")

    def __init__(self, id: RowId, cells: Cells | None) -> None:
        self.id = id
        self.cells = cells
        self.ends: dict[int, int] = {}
        self.inner: dict[tuple[Segment, ...], int] = {}
        self.paths: dict[int, Path] = {}

    def path(self, base: Path, column: int, field: str) -> Path:
        """Return the path of a cell, the same list each time: it is not to be changed."""
        path = self.paths.get(column)
        if path is None:
            path = self.paths[column] = [*base, self.id, field]
        return path

    def end(self, column: int) -> int:
        """Return the length in UTF-16 units of the text in `column`."""
        known = self.ends.get(column)
        if known is None:
            assert self.cells is not None
            known = self.ends[column] = units(self.cells[column])
        return known

    def lengthen(self, column: int, text: str, end: int, whole: str | None = None) -> None:
        """Append to the text in a column.

        Args:
            column: Where the text is.
            text: What to append.
            end: Its length afterwards, in UTF-16 units.
            whole: All of the text, if that is at hand: nothing is copied then.
        """
        cells = self.cells
        assert cells is not None
        if whole is None:
            # No second reference may be left: only then does Python extend a text in place.
            whole, cells[column] = cells[column], None
            whole += text
        cells[column] = whole
        self.ends[column] = end

    def inner_end(self, path: tuple[Segment, ...], text: str) -> int:
        """Return the length in UTF-16 units of `text`, which is at `path` in a cell."""
        known = self.inner.get(path)
        if known is None:
            known = self.inner[path] = units(text)
        return known


class Buffer:
    """Rows in order, each found by its id.

    Attributes:
        kind: `list`, `map`, `cyclic` or `fixed`.
        fields: Names of the cells of a row.
        capacity: Most rows a cyclic buffer keeps, slots of a fixed one; 0 = no bound.
        next_id: Id of the next row of a list or cyclic buffer.
    """

    __slots__ = ("_columns", "_index", "capacity", "fields", "kind", "next_id", "rows")

    def __init__(
        self,
        kind: str,
        fields: Sequence[str],
        rows: Sequence[tuple[RowId, Cells | None]] = (),
        capacity: int = 0,
    ) -> None:
        self.kind = kind
        self.fields = tuple(fields)
        self.capacity = capacity
        self.rows = [Row(id, cells if cells is None else own(cells)) for id, cells in rows]
        self._index = {row.id: row for row in self.rows}
        self._columns = {name: i for i, name in enumerate(self.fields)}
        self.next_id = 1 + max((r.id for r in self.rows if isinstance(r.id, int)), default=-1)

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, id: Segment) -> Row | None:
        """Return the row with `id`, or None."""
        return self._index.get(id)

    def position(self, id: RowId) -> int:
        """Return the position of the row with `id`, which must be there."""
        return self.rows.index(self._index[id])

    def column(self, name: Segment) -> int | None:
        """Return the column of a field given by name or by index, or None."""
        if isinstance(name, int):
            return name if 0 <= name < len(self.fields) else None
        return self._columns.get(name)

    def to_json(self) -> dict[str, Any]:
        """Return the buffer as it travels.

        Returns:
            `{"~b": kind, "f": fields, "n": capacity, "r": [[id, cells | null], ...]}`;
            `n` is left out when there is no bound.
        """
        rows = [[row.id, None if row.cells is None else list(row.cells)] for row in self.rows]
        bound = {"n": self.capacity} if self.capacity else {}
        return {"~b": self.kind, "f": list(self.fields), **bound, "r": rows}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Buffer:
        """Rebuild a buffer from what `to_json` returned.

        Raises:
            OpError: If the shape is another.
        """
        kind, capacity = value.get("~b"), value.get("n", 0)
        fields, rows = value.get("f"), value.get("r")
        if not isinstance(kind, str) or type(capacity) is not int:
            raise OpError("a buffer needs its kind, and its bound is a number")
        if not isinstance(fields, list) or not isinstance(rows, list):
            raise OpError("a buffer needs its fields and rows")
        if not all(isinstance(name, str) and name not in ILLEGAL for name in fields):
            raise OpError("fields have text as names")
        if len(set(fields)) != len(fields):
            raise OpError("each field has its own name")
        buffer = cls(kind, fields, capacity=capacity)
        buffer.insert(0, rows)
        return buffer

    # Each edit checks its preconditions before it changes anything and returns what
    # takes it back, so that a frame can be applied whole or not at all.

    def insert(self, at: int, items: list[Any]) -> Undo:
        """Insert `[id, cells]` pairs at position `at`."""
        if not 0 <= at <= len(self.rows):
            raise OpError(f"insert at {at} of {len(self.rows)} rows")
        fresh: dict[RowId, Row] = {}
        for item in items:
            if not isinstance(item, list) or len(item) != 2:
                raise OpError("a row travels as [id, cells]")
            id, cells = item
            if type(id) is not int and (type(id) is not str or id in ILLEGAL):
                raise OpError(f"{id!r} cannot name a row")
            if id in self._index or id in fresh:
                raise OpError(f"row {id!r} is there already")
            fresh[id] = Row(id, self._checked(cells))
        before = self.next_id
        self.rows[at:at] = fresh.values()
        self._index.update(fresh)
        self.next_id = max((1 + id for id in fresh if isinstance(id, int)), default=0)
        self.next_id = max(self.next_id, before)

        def undo() -> None:
            del self.rows[at : at + len(fresh)]
            for id in fresh:
                del self._index[id]
            self.next_id = before

        return undo

    def remove(self, at: int, count: int) -> Undo:
        """Remove `count` rows from position `at`."""
        if at < 0 or count < 0 or at + count > len(self.rows):
            raise OpError(f"remove {count} at {at} of {len(self.rows)} rows")
        gone = self.rows[at : at + count]
        del self.rows[at : at + count]
        for row in gone:
            del self._index[row.id]

        def undo() -> None:
            self.rows[at:at] = gone
            self._index.update((row.id, row) for row in gone)

        return undo

    def set_row(self, id: Segment, cells: Any) -> Undo:
        """Replace the cells of a row."""
        row = self._row(id)
        checked = self._checked(cells)
        before, ends = row.cells, row.ends
        row.cells, row.ends, row.inner = checked, {}, {}

        def undo() -> None:
            row.cells, row.ends, row.inner = before, ends, {}

        return undo

    def set_cell(self, id: Segment, field: Segment, value: Any) -> Undo:
        """Replace one cell."""
        row, cells, column = self._cell(id, field)
        before, end = cells[column], row.ends.pop(column, None)
        cells[column] = own(value)
        row.inner = {}

        def undo() -> None:
            cells[column] = before
            row.inner = {}
            row.ends.pop(column, None)
            if end is not None:
                row.ends[column] = end

        return undo

    def append(self, id: Segment, field: Segment, at: int, text: str, whole: Any = None) -> Undo:
        """Append `text` to a cell whose text is `at` UTF-16 units long.

        Args:
            id: Row.
            field: Cell.
            at: Its length before.
            text: What to append.
            whole: The assigned row or cell, if available. Its text is kept, so the answer is not
                copied.
        """
        row, cells, column = self._cell(id, field)
        if not isinstance(cells[column], str) or row.end(column) != at:
            raise OpError(f"append at {at} to cell {field!r} of row {id!r} of another length")
        known = whole[column] if isinstance(whole, list) and len(whole) == len(cells) else whole
        length = len(cells[column])
        fits = isinstance(known, str) and len(known) == length + len(text)
        row.lengthen(column, text, at + units(text), known if fits else None)

        def undo() -> None:
            cells[column] = cells[column][:length]
            row.ends[column] = at

        return undo

    def inside(self, id: Segment, field: Segment) -> tuple[Row, Any]:
        """Return a row and the value of one of its cells, to look or to change below it."""
        row, cells, column = self._cell(id, field)
        return row, cells[column]

    def _row(self, id: Segment) -> Row:
        row = self._index.get(id)
        if row is None:
            raise OpError(f"there is no row {id!r}")
        return row

    def _cell(self, id: Segment, field: Segment) -> tuple[Row, Cells, int]:
        row = self._row(id)
        column = self._columns.get(field) if isinstance(field, str) else None
        if column is None or row.cells is None:
            raise OpError(f"row {id!r} has no cell {field!r}")
        return row, row.cells, column

    def _checked(self, cells: Any) -> Cells | None:
        if cells is None:
            return None
        if not isinstance(cells, list) or len(cells) != len(self.fields):
            raise OpError(f"a row needs {len(self.fields)} cells")
        return [own(cell) for cell in cells]


def own(value: Any) -> Any:
    """Return a copy of plain JSON that shares nothing that can change."""
    if isinstance(value, list):
        return [own(item) for item in value]
    if isinstance(value, dict):
        return {key: own(item) for key, item in value.items()}
    return value
