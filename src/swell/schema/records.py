"""Rows of a chart: a buffer, a packed string, records, or a frame of pandas or polars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from .data import Data
from .json_value import json_value, type_name
from .kinds import Kind, MisfitError, unpack

__all__ = ["RECORDS", "Records", "frame"]


def frame(value: Any) -> tuple[list[str], list[list[Any]]] | None:
    """Return the columns and rows of a frame of pandas or polars; None for anything else.

    It is recognised by its class, and neither package is imported. Dates and times become their
    text in ISO 8601, and what is not a number becomes None.
    """
    package, kind = type(value).__module__.partition(".")[0], type(value).__name__
    if kind != "DataFrame" or package not in ("pandas", "polars"):
        return None
    split = value.to_dict("split") if package == "pandas" else {"data": value.rows()}
    columns = [str(name) for name in value.columns]
    return columns, [[_cell(cell) for cell in row] for row in split["data"]]


def _cell(value: Any) -> Any:
    if hasattr(value, "item") and type(value).__module__.partition(".")[0] == "numpy":
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, date):
        return None if value != value else value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return None if type(value).__name__ in ("NaTType", "NAType") else str(value)


class Records(Kind):
    """Rows with named fields. They travel as `{"fields": [...], "rows": [[...], ...]}`."""

    def check(self, value: Any, path: str) -> Any:
        fields, rows = _split(value, path)
        return {"fields": fields, "rows": json_value(rows, path)}

    def step(self, segment: str | int, current: Any, path: str) -> tuple[Kind, Any, str]:  # noqa: ARG002
        raise MisfitError(
            f"these rows are not a buffer of the card, so `{segment}` cannot be assigned alone; "
            "assign all of them",
            path,
        )


RECORDS = Records()


def _split(value: Any, path: str) -> tuple[list[str], list[list[Any]]]:
    if isinstance(value, Data):
        given = value.rows.values() if isinstance(value.rows, dict) else value.rows
        return list(value.fields), [list(row) for row in given if row is not None]
    found = frame(value)
    if found is not None:
        return found
    if isinstance(value, str):
        value = unpack(value, path)
    if isinstance(value, Mapping):
        fields, rows = value.get("fields"), value.get("rows")
        if set(value) == {"fields", "rows"} and isinstance(fields, list) and isinstance(rows, list):
            return [str(one) for one in fields], [
                _row(r, fields, path, i) for i, r in enumerate(rows)
            ]
        value = [value]
    if not isinstance(value, Sequence) or isinstance(value, str):
        expected = "rows (`data(...)`, a list of dicts, or a frame of pandas or polars)"
        raise MisfitError(f"Expected {expected}, got `{type_name(value)}`", path)
    names: dict[str, None] = {}
    for i, row in enumerate(value):
        if not isinstance(row, Mapping):
            raise MisfitError(f"Expected a `dict`, got `{type_name(row)}`", f"{path}[{i}]")
        names.update((str(name), None) for name in row)
    return list(names), [[row.get(name) for name in names] for row in value]


def _row(row: Any, fields: Sequence[str], path: str, at: int) -> list[Any]:
    if not isinstance(row, list | tuple) or len(row) != len(fields):
        raise MisfitError(f"Expected a list of {len(fields)} cells", f"{path}.rows[{at}]")
    return list(row)
