"""Tail: the end of a text that is being streamed.

A token makes one text longer, and so will the next one. The place of the text is looked up once;
as long as nothing else changes on the page, a further token costs only its own length.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from swell.errors import PlainValueError

from .buffer import Buffer, Cells, Row
from .edits import Assign, Edit, Extend, Grow
from .ops import Append, Op, Path, Segment, units
from .state import PageState


class Tail(msgspec.Struct, eq=False):
    """The cell whose text grew last. It is valid while nothing else changes on the page.

    Attributes:
        key: The card, as in the edit that made the text longer.
        path: The path of that edit: of the cell for `Extend`, of the row for `Assign`.
        row: The row.
        cells: Its cells.
        column: Which of them has the text.
        place: The path of the cell.
    """

    key: str
    path: tuple[Segment, ...]
    row: Row
    cells: Cells
    column: int
    place: Path

    def assigned(self, key: str, path: tuple[Segment, ...], value: list[object]) -> Grow | None:
        """Return the edit that assigns a row, if it does nothing but make the text longer."""
        cells, column = self.cells, self.column
        if not self._is_at(key, path) or len(value) != len(cells):
            return None
        for other, cell in enumerate(value):
            if other != column and cell is not cells[other]:
                return None
        was, text = cells[column], value[column]
        if type(text) is not str or not text.startswith(was):
            return None
        return self._grow(text[len(was) :], value.copy())

    def extended(self, key: str, path: tuple[Segment, ...], text: str) -> Grow | None:
        """Return the edit that appends to a cell, if it is this one."""
        return self._grow(text, None) if self._is_at(key, path) else None

    def _is_at(self, key: str, path: tuple[Segment, ...]) -> bool:
        # True is equal to 1, and names another row.
        return path == self.path and key == self.key and type(path[1]) is type(self.path[1])

    def _grow(self, text: str, row: Cells | None) -> Grow | None:
        if not text:
            return None
        try:
            return Grow(self, len(self.cells[self.column]), text, units(text), row)
        except PlainValueError:
            return None


def tail_of(edits: Sequence[Edit], ops: Sequence[Op], state: PageState) -> Tail | None:
    """Return the text that has just grown by the only edit of a save; None after any other save."""
    edit, op = edits[0], ops[0]
    if len(edits) != 1 or len(ops) != 1 or not isinstance(op, Append) or len(op.path) != 4:
        return None
    if not isinstance(edit, Assign | Extend) or not edit.plain:
        return None
    buffer = state.cards[edit.key][str(edit.path[0])]
    assert isinstance(buffer, Buffer)
    row, column = buffer.find(op.path[2]), buffer.column(op.path[3])
    assert row is not None
    assert row.cells is not None
    assert column is not None
    return Tail(edit.key, tuple(edit.path), row, row.cells, column, op.path)
