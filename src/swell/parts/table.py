"""Table: rows and columns."""

from __future__ import annotations

from typing import Annotated, Any

from swell.markdown import table

from .base import SHOWN, Part

__all__ = ["Table"]


ROWS_TOLD = 200
"""Most rows of a table that a model gets in later turns: each costs tokens every time."""


class Table(Part, tag="table"):
    """Rows and columns; scrolls inside itself.

    Attributes:
        columns: Heads of the columns.
        rows: Rows of cells; numbers are aligned and written as the reader's language does.
    """

    columns: list[str]
    rows: list[list[Annotated[Any, SHOWN]]]

    def as_markdown(self) -> str:
        """Return a table."""
        return table(self.columns, self.rows)

    def as_prompt(self) -> str:
        """Return the table, a long one without its end."""
        left = len(self.rows) - ROWS_TOLD
        said = table(self.columns, self.rows[:ROWS_TOLD])
        return f"{said}\n\n[{left} more rows]" if left > 0 else said
