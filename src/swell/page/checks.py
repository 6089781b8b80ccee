"""Checks of assigned values: keys, rows and cells of cards on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swell.cards.base import CARDS
from swell.errors import CardError, PlainValueError, RowError
from swell.live.buffer import Buffer, Cells
from swell.live.kinds import row_at
from swell.live.ops import Segment, key_fault
from swell.schema.data import Data, check_row, row_key
from swell.schema.json_value import dotted, json_value
from swell.schema.kinds import ANYTHING, Kind, ListOf, MisfitError, properties

__all__ = [
    "can_grow",
    "card_key",
    "check_buffer",
    "check_cells",
    "check_segment",
    "check_tail",
    "is_by_name",
    "segment",
    "where_of",
]


def card_key(key: Any) -> str:
    if not isinstance(key, str):
        raise KeyError(f"invalid key type: want str, got {type(key).__name__}")
    if " " in key:
        raise KeyError(f"keys cannot contain spaces, got {key!r}")
    check_segment(key)
    return key


def segment(name: Any) -> Segment:
    if isinstance(name, bool):
        return str(name)
    if isinstance(name, int):
        return name
    if not isinstance(name, str):
        raise KeyError(f"invalid key type: want str or int, got {type(name).__name__}")
    if " " in name:
        raise KeyError(f"keys cannot contain spaces, got {name!r}")
    return name


def check_segment(name: Segment) -> None:
    if isinstance(name, str) and (fault := key_fault(name)):
        raise KeyError(f"{name!r} cannot be a key: it {fault}")


def is_by_name(card: Mapping[str, Any], kind: Any, name: str, names: Mapping[str, Any]) -> bool:
    """Return whether `name` is a component inside the card; the card's properties win."""
    own = name in card or (kind is not None and name in properties(kind))
    return not own and name in names


def check_buffer(
    key: str, buffer: Buffer, path: tuple[Segment, ...], value: Any, kinds: Mapping[str, Kind]
) -> Any:
    """Return `value` checked for a write at `path`, which leads to or into `buffer`."""
    prop, rest = str(path[0]), path[1:]
    fields = buffer.fields
    where = f"{prop}{''.join(f'[{s!r}]' for s in rest[:1])}"
    if isinstance(value, Data):
        raise CardError(key, prop, "Data instances cannot be used in assignments.")
    if len(rest) == 1:
        if buffer.kind == "fixed" and not _is_slot(rest[0], len(buffer)):
            raise RowError(key, where, f"this fixed buffer has the slots 0 to {len(buffer) - 1}")
        row = row_at(buffer, rest[0])
        return check_cells(value, fields, key, where, kinds, row.cells if row else None)
    if len(rest) == 2:
        column = buffer.column(rest[1])
        if column is None:
            raise RowError(key, where, f"no field {rest[1]!r}, expected one of {', '.join(fields)}")
        cells: list[Any] = [None] * len(fields)
        cells[column] = value
        checked = check_cells(cells, fields, key, where, kinds)
        assert checked is not None
        return checked[column]
    if rest:
        kind, owner = _kind_inside(key, buffer, path, kinds)
        below = _place_inside(rest)
        if value is None:
            try:
                owner.check_removal(rest[-1], below)
            except MisfitError as misfit:
                raise RowError(key, where, str(misfit)) from None
            return None
        return _checked_cell(kind, value, key, where, below)
    if value is None:
        return None
    if isinstance(value, Mapping):
        if buffer.kind != "map":
            raise RowError(key, prop, f"a {buffer.kind} buffer takes a list of rows, got a dict")
        return {
            row_key(k): check_cells(row, fields, key, f"{prop}[{k!r}]", kinds)
            for k, row in value.items()
        }
    if not isinstance(value, list | tuple):
        raise RowError(key, prop, f"want a list of rows, got {type(value).__name__}")
    if buffer.kind == "fixed" and len(value) > len(buffer):
        raise RowError(key, prop, f"{len(value)} rows for a fixed buffer of {len(buffer)} slots")
    return [check_cells(row, fields, key, f"{prop}[{i}]", kinds) for i, row in enumerate(value)]


def check_cells(
    row: Any,
    fields: Sequence[str],
    card: str,
    where: str,
    kinds: Mapping[str, Kind],
    known: Cells | None = None,
) -> Cells | None:
    """Return `row` as JSON cells, those of the card's own fields checked by their kinds."""
    cells = check_row(row, fields, card, where, known, kinds)
    if cells is None or not kinds:
        return cells
    for column, field in enumerate(fields):
        cell = cells[column]
        if cell is None or field not in kinds:
            continue
        if known is not None and cell is known[column] and not isinstance(cell, list | dict):
            continue  # as it was, and that was checked
        cells[column] = _checked_cell(kinds[field], cell, card, where, field)
    return cells


def _kind_inside(
    key: str, buffer: Buffer, path: tuple[Segment, ...], kinds: Mapping[str, Kind]
) -> tuple[Kind, Kind]:
    """Return the kind of a place inside of a cell, and the kind of what holds it.

    The content of the page at the next save is not known yet: a path that is missing then has no
    effect, like a row that is missing.
    """
    where = f"{path[0]}[{path[1]!r}]"
    column = buffer.column(path[2])
    if column is None:
        fields = ", ".join(buffer.fields)
        raise RowError(key, where, f"no field {path[2]!r}, expected one of {fields}")
    row = row_at(buffer, path[1])
    current = row.cells[column] if row is not None and row.cells is not None else None
    kind = owner = kinds.get(buffer.fields[column], ANYTHING)
    below = buffer.fields[column]
    for segment in path[3:]:
        owner = kind
        if current is None and isinstance(kind, ListOf):
            return ANYTHING, ANYTHING
        if kind is ANYTHING and (current is None or isinstance(current, list | dict)):
            return ANYTHING, ANYTHING
        try:
            kind, current, below = kind.step(segment, current, below)
        except MisfitError as misfit:
            raise RowError(key, where, str(misfit)) from None
    return kind, owner


def _place_inside(rest: Sequence[Segment]) -> str:
    return str(rest[1]) + "".join(f"[{s}]" if isinstance(s, int) else dotted(s) for s in rest[2:])


def _checked_cell(kind: Kind, cell: Any, card: str, where: str, path: str) -> Any:
    try:
        return kind.check(cell, path)
    except MisfitError as misfit:
        raise RowError(card, where, str(misfit)) from None
    except PlainValueError as error:
        raise PlainValueError(f"card {card!r}, {where}.{error.where}", error.reason) from None


def can_grow(card: Mapping[str, Any], path: tuple[Segment, ...], tail: Any) -> bool:
    """Return whether `tail` may be appended at `path`: a text to a property or a cell, or a text
    or a list below a cell.

    A row that is not there, or a cell that holds something else, is met when the page is
    saved; here the field must exist.
    """
    target = card.get(str(path[0])) if path else None
    if isinstance(target, Buffer) and len(path) >= 3:
        return isinstance(tail, str | list | tuple)
    return isinstance(tail, str) and isinstance(target, str) and len(path) == 1


def check_tail(card: Mapping[str, Any], key: str, path: tuple[Segment, ...], tail: Any) -> Any:
    """Return the value appended at `path` as a JSON value."""
    buffer = card[str(path[0])]
    if isinstance(buffer, Buffer):
        cls = CARDS.get(str(card.get("view")))
        kind, _ = _kind_inside(key, buffer, path, cls.cells if cls else {})
        if not isinstance(tail, str):
            where = f"{path[0]}[{path[1]!r}]"
            return _checked_cell(kind, tail, key, where, _place_inside(path[1:]))
    return json_value(tail, where_of(key, path))


def _is_slot(key: Segment, count: int) -> bool:
    try:
        return -count <= int(key) < count
    except ValueError:
        return False


def where_of(key: str, path: tuple[Segment, ...]) -> str:
    return f"card {key!r}, {'.'.join(map(str, path))}"
