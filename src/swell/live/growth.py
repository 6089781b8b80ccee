"""Growth: a text that is being streamed, further than what the page has noted of it.

Many tokens may be saved before anybody looks. Each is checked when it is saved; that the text is
longer becomes one op, for all of them, when the next frame is made or something else is saved.
"""

from __future__ import annotations

from dataclasses import dataclass

from .buffer import Buffer, Cells, Row
from .edits import Assign
from .kinds import row_at
from .log import op_size
from .ops import Append, Path, Segment
from .state import PageState


@dataclass(slots=True)
class Growth:
    """How far a text is.

    Attributes:
        key: The card of the edits that make it longer.
        path: Their path.
        row: The row that they mean.
        cells: Its cells, as noted.
        column: Where the text is in them.
        text: All of it.
        place: The path of its cell.
        end: Its length in UTF-16 units.
        size: Estimate of what is to be noted, in bytes.
        at: When it last grew, in seconds of the caller's monotonic clock.
    """

    key: str
    path: list[Segment]
    row: Row
    cells: Cells
    column: int
    text: str
    place: Path
    end: int
    size: int
    at: float = 0.0


def growth_of(edit: Assign, state: PageState) -> Growth | None:
    """Return how far the text is that this edit makes longer; None when it is another edit."""
    path, value = edit.path, edit.value
    if len(path) != 2 or type(value) is not list:
        return None
    card = state.cards.get(edit.key)
    buffer = card.get(str(path[0])) if card is not None else None
    if type(buffer) is not Buffer or buffer.kind == "cyclic":
        return None
    row = row_at(buffer, path[1])
    cells = row.cells if row is not None else None
    if row is None or cells is None or len(cells) != len(value):
        return None
    for column, cell in enumerate(value):
        was = cells[column]
        if cell is not was:
            if type(was) is not str or not was:
                return None
            place = row.path([edit.key, str(path[0])], column, buffer.fields[column])
            end = row.end(column)
            size = op_size(Append(place, end, ""))
            return Growth(edit.key, path, row, cells, column, was, place, end, size)
    return None
