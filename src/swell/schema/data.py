"""`data()`: rows for a card, as one of Wave's four kinds of buffers; and `pack()`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, TypeAlias, overload

from swell.errors import RowError
from swell.live.buffer import Buffer, Cells
from swell.live.kinds import write_all
from swell.live.ops import Insert, key_fault

from .json_value import json_value

Kind: TypeAlias = Literal["list", "map", "cyclic", "fixed"]
_DEFAULT_SLOTS = 10  # what Wave makes of a size of zero or less


class Data:
    """Rows with named fields, to be given to a card.

    Attributes:
        fields: Names of the cells of a row.
        kind: `list` (grows), `cyclic` (keeps the last ones), `fixed` (has slots) or
            `map` (has keys).
        capacity: Slots of a fixed buffer, most rows of a cyclic one; 0 = no bound.
        rows: The first rows: a list, or for a map a dict.

    Raises:
        ValueError: If `fields`, `size` or `rows` cannot be used.
        RowError: If a row has another number of cells than there are fields.
    """

    is_buffer = True

    def __init__(
        self,
        fields: str | Sequence[str],
        size: int = 0,
        rows: Sequence[Any] | Mapping[str, Any] | None = None,
        t: str | None = None,
    ) -> None:
        self.fields = _field_names(fields)
        if not isinstance(size, int):
            raise ValueError(f"size must be int, got {type(size).__name__}")
        if rows and not isinstance(rows, list | dict):
            raise ValueError(f"rows must be list or dict, got {type(rows).__name__}")
        self.kind, self.capacity = _infer(size, rows, t)
        self._size = size
        if rows and isinstance(rows, dict) != (self.kind == "map"):
            wanted = "a dict" if self.kind == "map" else "a list"
            raise ValueError(f"rows must be {wanted} for a {self.kind} buffer")
        self.rows: list[Cells | None] | dict[str, Cells | None]
        if isinstance(rows, dict):
            self.rows = {row_key(k): self._row(r, k) for k, r in rows.items()}
        else:
            self.rows = [self._row(r, i) for i, r in enumerate(rows or ())]

    def to_buffer(self) -> Buffer:
        """Return a live buffer with these rows."""
        if self.kind == "fixed":
            slots = list(self.rows) or [None] * self.capacity
            return Buffer("fixed", self.fields, list(enumerate(slots)))  # type: ignore[arg-type]
        buffer = Buffer(self.kind, self.fields, capacity=self.capacity)
        for op in write_all(buffer, ["", ""], self.rows):
            assert isinstance(op, Insert)  # there is nothing to remove or change
            buffer.insert(op.at, op.items)
        return buffer

    def dump(self) -> dict[str, Any]:
        """Return the buffer in Wave's form: one letter for the kind, `f`, and `d` or `n`."""
        body: dict[str, Any] = {"f": list(self.fields)}
        if self.rows:
            body["d"] = self.rows
        elif self.kind != "map":
            body["n"] = -self._size if self.kind == "cyclic" else self._size
        return {self.kind[0]: body}

    def _row(self, row: Any, key: object) -> Cells | None:
        return check_row(row, self.fields, "", f"data[{key!r}]")


@overload
def data(
    fields: str | Sequence[str],
    size: int = 0,
    rows: Sequence[Any] | Mapping[str, Any] | None = None,
    columns: Sequence[Sequence[Any]] | None = None,
    pack: Literal[False] = False,
    t: Kind | None = None,
) -> Data: ...
@overload
def data(
    fields: str | Sequence[str],
    size: int = 0,
    rows: Sequence[Any] | Mapping[str, Any] | None = None,
    columns: Sequence[Sequence[Any]] | None = None,
    *,
    pack: Literal[True],
    t: Kind | None = None,
) -> str: ...
@overload
def data(
    fields: str | Sequence[str],
    size: int = 0,
    rows: Sequence[Any] | Mapping[str, Any] | None = None,
    columns: Sequence[Sequence[Any]] | None = None,
    pack: bool = False,
    t: Kind | None = None,
) -> Data | str: ...
def data(
    fields: str | Sequence[str],
    size: int = 0,
    rows: Sequence[Any] | Mapping[str, Any] | None = None,
    columns: Sequence[Sequence[Any]] | None = None,
    pack: bool = False,
    t: Kind | None = None,
) -> Data | str:
    """Make rows for a card.

    Args:
        fields: Names of the cells, as a list or separated by spaces.
        size: Number of slots; negative for a cyclic buffer of that many rows. Without
            rows and `t`, 0 makes a map. Ignored when there are rows: then the capacity
            is their number.
        rows: The first rows, or a dict of them for a map.
        columns: The first rows, given as columns; used when there are no rows.
        pack: Return a string that cannot change later, instead of a buffer.
        t: Kind of the buffer, `list`, `map`, `cyclic` or `fixed`, if `size` does not imply it.

    Returns:
        A `Data`, or with `pack` a string.

    Raises:
        ValueError: If an argument cannot be used.
        RowError: If a row has another number of cells than there are fields.

    >>> data("content from_user", t="list").kind
    'list'
    >>> data("day price", rows=[[1, 9.5]], pack=True)
    'rows:[["day","price"],[[1,9.5]]]'
    """
    if pack:
        names = _field_names(fields)
        if rows:
            if not isinstance(rows, list):
                raise ValueError("rows must be a list")
            return "rows:" + _compact([list(names), rows])
        if columns:
            if not isinstance(columns, list):
                raise ValueError("columns must be a list")
            return "cols:" + _compact([list(names), columns])
        raise ValueError("either rows or columns must be provided if pack=True")
    if not rows and columns:
        rows = [list(row) for row in zip(*columns, strict=True)]
    return Data(fields, size, rows, t)


def pack(data: Any) -> str:
    """Return a value as a string that a card unpacks when it is drawn."""
    return "data:" + _compact(data)


def row_key(key: object) -> str:
    """Return the key of a row of a map as text.

    Raises:
        KeyError: If no row can have it.
    """
    text = str(key)
    if fault := key_fault(text):
        raise KeyError(f"{text!r} cannot name a row: it {fault}")
    return text


def check_row(
    row: Any,
    fields: Sequence[str],
    card: str,
    where: str,
    known: Cells | None = None,
    left: Collection[str] = (),
) -> Cells | None:
    """Return `row` as JSON cells, one per field; None stays None.

    Args:
        row: The row as assigned by the handler.
        fields: Names of the cells.
        card: Name of the card, for the message.
        where: Path of the row below the card, such as `data[2]`.
        known: Cells that were checked before. If a text begins with the old one, only the rest is
            checked, so that the cost of streaming does not grow.
        left: Fields whose cells are left as they are, for the caller to check.

    Raises:
        RowError: If it is no list or tuple, or has another length.
        PlainValueError: If a cell has no exact JSON form.
    """
    if row is None:
        return None
    if not isinstance(row, list | tuple):
        raise RowError(
            card, where, f"a row is a list of {len(fields)} cells, got {type(row).__name__}"
        )
    if len(row) != len(fields):
        names = " ".join(fields)
        raise RowError(
            card, where, f"expected {len(fields)} cells ({names}), got {len(row)}: {_brief(row)}"
        )
    cells = []
    for column, cell in enumerate(row):
        kind = type(cell)
        if left and fields[column] in left:
            pass
        elif kind is not bool and not (kind is str and is_plain_text(cell, known, column)):
            cell = json_value(cell, f"card {card!r}, {where}.{fields[column]}")
        cells.append(cell)
    return cells


def is_plain_text(text: str, known: Cells | None, column: int) -> bool:
    """Return whether `text` can be encoded, checking only its new characters."""
    if text.isascii():
        return True
    before = known[column] if known is not None else None
    if isinstance(before, str) and text.startswith(before):
        text = text[len(before) :]
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _infer(size: int, rows: object, t: str | None) -> tuple[str, int]:
    """Return kind and capacity by Wave's rules, first match wins."""
    if rows:
        count = len(rows)  # type: ignore[arg-type]
        if t == "list":
            return "list", 0
        if t == "map" or isinstance(rows, dict):
            return "map", 0
        return ("cyclic", count) if t == "cyclic" or size < 0 else ("fixed", count)
    if t == "list":
        return "list", 0
    if t == "map" or size == 0:
        return "map", 0
    if t == "cyclic" or size < 0:
        return "cyclic", -size if size < 0 else _DEFAULT_SLOTS
    return "fixed", size


def _field_names(fields: str | Sequence[str]) -> tuple[str, ...]:
    if isinstance(fields, str):
        fields = fields.split()
    elif not isinstance(fields, tuple | list):
        raise ValueError(f"fields must be tuple or list or str, got {type(fields).__name__}")
    if not fields:
        raise ValueError("fields is empty")
    for name in fields:
        if not isinstance(name, str):
            raise ValueError(f"field must be str, got {type(name).__name__}")
        if not name:
            raise ValueError("field cannot be empty str")
        if fault := key_fault(name):
            raise ValueError(f"field cannot be {name!r}: it {fault}")
    if len(set(fields)) != len(fields):
        raise ValueError(f"fields must differ, got {' '.join(fields)!r}")
    return tuple(fields)


def _compact(value: Any) -> str:
    return json.dumps(json_value(value, "pack"), allow_nan=False, separators=(",", ":"))


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
