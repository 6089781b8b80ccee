"""Canonical ops of writes to a buffer, for each of Wave's four kinds.

Every function reads the buffer and returns ops; none changes it. Keys are what a
handler wrote between the brackets. Rows are lists of plain cells whose number the page
has already checked.

| kind | `b[k] = row` | `b[k] = None` | `b += row` | `card.data = all` |
| --- | --- | --- | --- | --- |
| list | overwrites; a k that is not there appends | empties | appends | appends all |
| cyclic | appends, whatever k is | appends an empty slot | appends | appends all |
| fixed | overwrites slot k | empties | refused | overwrites the slots |
| map | inserts or overwrites, sorted by key | deletes | refused | replaces the map |

Where rows are counted, -1 is the last one.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import Any

from swell.errors import RowError

from .buffer import Buffer, Cells, Row, RowId
from .inside import Ends, diff_inside, inner_key, same
from .ops import Append, Delete, Insert, Op, Path, Remove, Segment, Set, encoded


def append_row(buffer: Buffer, base: Path, cells: Cells | None) -> list[Op]:
    """Return the ops of `buffer += row`."""
    if buffer.kind == "list":
        return [Insert(base, len(buffer), [[buffer.next_id, cells]])]
    if buffer.kind == "cyclic":
        return _push(buffer, base, [cells])
    raise RowError(
        _card(base), _prop(base), f"`+=` needs a list or cyclic buffer, this is a {buffer.kind} one"
    )


def write_row(buffer: Buffer, base: Path, key: Segment, cells: Cells | None) -> list[Op]:
    """Return the ops of `buffer[key] = row`."""
    if buffer.kind == "cyclic":
        return _push(buffer, base, [cells])
    if buffer.kind == "map":
        return _write_keyed(buffer, base, str(key), cells)
    row = _by_index(buffer, key)
    if row is not None:
        return diff_row(buffer, base, row, cells)
    if buffer.kind == "list":
        return [] if cells is None else append_row(buffer, base, cells)
    raise RowError(
        _card(base), _prop(base), f"slot {key!r} is not in this fixed buffer of {len(buffer)} slots"
    )


def write_cell(buffer: Buffer, base: Path, key: Segment, field: Segment, value: Any) -> list[Op]:
    """Return the ops of `buffer[key].field = value`; none when there is no such row."""
    column = buffer.column(field)
    if column is None:
        raise RowError(
            _card(base), _prop(base), f"no field {field!r}; fields are {' '.join(buffer.fields)!r}"
        )
    row = row_at(buffer, key)
    if row is None or row.cells is None:
        return []
    return _diff_cell(base, row, column, buffer.fields[column], value)


def row_at(buffer: Buffer, key: Segment) -> Row | None:
    """Return the row that `buffer[key]` refers to, or None."""
    return buffer.find(str(key)) if buffer.kind == "map" else _by_index(buffer, key)


def write_inside(buffer: Buffer, base: Path, place: Path, value: Any) -> list[Op]:
    """Return the ops of `buffer[key].field.below = value`; none when there is no such place.

    Args:
        buffer: The buffer.
        base: Its path.
        place: Key of the row, field, and the path below it. -1 is the last item of a list.
        value: The value to set; None removes.
    """
    found = _inside(buffer, base, place[:-1])
    if found is None:
        return []
    row, path, parent = found
    last = inner_key(parent, place[-1])
    if last is None:
        if not isinstance(parent, dict) or value is None:
            return []
        return [Set([*path, str(place[-1])], encoded(value))]
    if value is None:
        return [Remove(path, last, 1)] if isinstance(last, int) else [Delete([*path, last])]
    return diff_inside([*path, last], parent[last], value, _ends(row))


def extend_cell(buffer: Buffer, base: Path, place: Path, tail: str | list[Any]) -> list[Op]:
    """Return the ops of `buffer[key].field += tail`, also below the field; none when there is
    no such text or list.

    Args:
        buffer: The buffer.
        base: Its path.
        place: Key of the row, field, and the path below it. -1 is the last item of a list.
        tail: Text, or items. A cell that is None takes items as an empty list would.
    """
    found = _inside(buffer, base, place)
    if found is None:
        return []
    row, path, there = found
    if isinstance(tail, str):
        if not isinstance(there, str):
            return []
        if len(place) == 2:
            column = buffer.column(place[1]) or 0
            return [Append(row.path(base, column, buffer.fields[column]), row.end(column), tail)]
        return [Append(path, row.inner_end(tuple(path[3:]), there), tail)]
    if there is None and len(place) == 2:
        return [Set(path, encoded(tail))]
    return [Insert(path, len(there), encoded(tail))] if isinstance(there, list) else []


def _inside(buffer: Buffer, base: Path, place: Path) -> tuple[Row, Path, Any] | None:
    """Return the row, the exact path and the value at a place that a handler wrote, or None."""
    row, column = row_at(buffer, place[0]), buffer.column(place[1])
    if row is None or row.cells is None or column is None:
        return None
    path: Path = [*base, row.id, buffer.fields[column]]
    node = row.cells[column]
    for segment in place[2:]:
        key = inner_key(node, segment)
        if key is None:
            return None
        path.append(key)
        node = node[key]
    return row, path, node


def _ends(row: Row) -> Ends:
    return lambda path, text: row.inner_end(tuple(path[3:]), text)


def write_all(buffer: Buffer, base: Path, rows: Sequence[Any] | dict[str, Any]) -> list[Op]:
    """Return the ops of `card.data = rows`."""
    if buffer.kind == "map":
        keyed = rows if isinstance(rows, dict) else {str(i): r for i, r in enumerate(rows)}
        ops: list[Op] = [Remove(base, 0, len(buffer))] if len(buffer) else []
        items = [[k, keyed[k]] for k in sorted(keyed, key=_map_order) if keyed[k] is not None]
        if items:
            ops.append(Insert(base, 0, items))
        return ops
    if isinstance(rows, dict):
        raise RowError(
            _card(base), _prop(base), f"a {buffer.kind} buffer takes a list of rows, got a dict"
        )
    if buffer.kind == "list":
        first = buffer.next_id
        items = [[first + i, cells] for i, cells in enumerate(rows)]
        return [Insert(base, len(buffer), items)] if items else []
    if buffer.kind == "cyclic":
        return _push(buffer, base, list(rows))
    if len(rows) > len(buffer):
        raise RowError(
            _card(base), _prop(base), f"{len(rows)} rows for a fixed buffer of {len(buffer)} slots"
        )
    out: list[Op] = []
    for i, row in enumerate(buffer.rows):
        out += diff_row(buffer, base, row, rows[i] if i < len(rows) else None)
    return out


def diff_row(buffer: Buffer, base: Path, row: Row, cells: Cells | None) -> list[Op]:
    """Return the ops that turn `row` into `cells`: tails of texts, and changed cells."""
    old = row.cells
    if old is None or cells is None:
        return [] if old is cells else [Set([*base, row.id], cells)]
    ops: list[Op] = []
    for column, value in enumerate(cells):
        if old[column] is not value:
            ops += _diff_cell(base, row, column, buffer.fields[column], value)
    return ops


def _diff_cell(base: Path, row: Row, column: int, field: str, value: Any) -> list[Op]:
    assert row.cells is not None
    old = row.cells[column]
    if same(old, value):
        return []
    path = row.path(base, column, field)
    if isinstance(old, str) and isinstance(value, str) and old and value.startswith(old):
        return [Append(path, row.end(column), value[len(old) :])]
    if isinstance(old, list | dict) and type(old) is type(value):
        return diff_inside(path, old, value, _ends(row))
    return [Set(path, encoded(value))]


def _push(buffer: Buffer, base: Path, rows: list[Cells | None]) -> list[Op]:
    """Append to a cyclic buffer, dropping the oldest rows beyond its capacity."""
    ids = range(buffer.next_id, buffer.next_id + len(rows))
    items: list[list[Any]] = [[id, cells] for id, cells in zip(ids, rows, strict=True)]
    items = items[-buffer.capacity :]  # what would be pushed out again is never sent
    if not items:
        return []
    surplus = len(buffer) + len(items) - buffer.capacity
    ops: list[Op] = [Remove(base, 0, surplus)] if surplus > 0 else []
    return [*ops, Insert(base, len(buffer) - max(0, surplus), items)]


def _write_keyed(buffer: Buffer, base: Path, key: str, cells: Cells | None) -> list[Op]:
    row = buffer.find(key)
    if row is not None:
        if cells is None:
            return [Delete([*base, key])]
        return diff_row(buffer, base, row, cells)
    if cells is None:
        return []
    order = [_map_order(row.id) for row in buffer.rows]
    return [Insert(base, bisect.bisect(order, _map_order(key)), [[key, cells]])]


def _map_order(key: RowId) -> tuple[int, int, str]:
    """Sort integer keys as numbers and before all other keys, which sort as text."""
    text = str(key)
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return (0, int(text), text)
    return (1, 0, text)


def _by_index(buffer: Buffer, key: Segment) -> Row | None:
    try:
        index = int(key)
    except ValueError:
        return None
    return buffer.rows[index] if -len(buffer) <= index < len(buffer) else None


def _card(base: Path) -> str:
    return str(base[0])


def _prop(base: Path) -> str:
    return str(base[-1])
