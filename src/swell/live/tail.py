"""Tail: the end of a text that is being streamed.

A token is an edit that makes one text longer. The text's path does not change from token to token,
so it is looked up once; each further token costs only its length.
"""

from __future__ import annotations

from dataclasses import dataclass

from .buffer import Buffer, Cells, Row
from .edits import Assign, Extend
from .kinds import row_at
from .ops import Path, Segment
from .state import PageState


@dataclass(slots=True)
class Tail:
    """A cell whose text grows.

    Attributes:
        key: The card of the edits that make it longer.
        path: Their path: of the cell for `Extend`, of the row for `Assign`.
        row: The row.
        column: Where the text is in it.
        place: The path of the cell.
    """

    key: str
    path: list[Segment]
    row: Row
    column: int
    place: Path

    def added(self, edit: Extend | Assign) -> tuple[str, str | None] | None:
        """Return the text that an edit appends.

        Returns:
            The new characters, and all of the text if the edit has that; None when the edit does
            anything else.
        """
        if isinstance(edit, Extend):
            return (edit.tail, None) if type(edit.tail) is str and edit.tail else None
        value, cells, column = edit.value, self.row.cells, self.column
        if type(value) is not list or cells is None or len(value) != len(cells):
            return None
        for other, cell in enumerate(value):
            if other != column and cell is not cells[other]:
                return None
        was, text = cells[column], value[column]
        if type(text) is not str or len(text) <= len(was) or not text.startswith(was):
            return None
        return text[len(was) :], text


def tail_of(edit: Extend | Assign, state: PageState) -> Tail | None:
    """Return the path of the text that an edit extends; None for another edit."""
    assigns = isinstance(edit, Assign)
    if len(edit.path) != (2 if assigns else 3):
        return None
    card = state.cards.get(edit.key)
    prop = str(edit.path[0])
    buffer = card.get(prop) if card is not None else None
    # A row that is assigned to a cyclic buffer is a new one.
    if type(buffer) is not Buffer or (assigns and buffer.kind == "cyclic"):
        return None
    row = row_at(buffer, edit.path[1])
    cells = row.cells if row is not None else None
    if row is None or cells is None:
        return None
    if isinstance(edit, Extend):
        column = buffer.column(edit.path[2])
    else:
        column = _changed(cells, edit.value)
    if column is None or type(cells[column]) is not str or not cells[column]:
        return None
    place = row.path([edit.key, prop], column, buffer.fields[column])
    return Tail(edit.key, edit.path, row, column, place)


def _changed(cells: Cells, value: object) -> int | None:
    """Return the first column in which a row that is assigned differs; None when none does."""
    if type(value) is not list or len(value) != len(cells):
        return None
    return next((i for i, cell in enumerate(value) if cell is not cells[i]), None)
