"""Coerce what models and tools return into JSON that every browser shows exactly.

`swell.schema.json_value` is strict, because a mistake of an app has to fail at its line. Values
that come from elsewhere, such as the arguments of a tool call, are no mistake of the app: a value
that JSON or a browser cannot hold exactly becomes text.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from .errors import PlainValueError
from .schema.json_value import MAX_INT, dotted, json_value

__all__ = ["MAX_NESTED", "as_text", "coerce", "well_formed"]

MAX_NESTED = 32
"""Deepest nesting that is kept; deeper values become text."""

_MAX_VALUES = 1_000_000


def well_formed(text: str) -> str:
    """Return text that UTF-8 can hold.

    The two halves of a surrogate pair become their character, a lone half becomes U+FFFD.

    >>> well_formed("a" + chr(0xD83D) + chr(0xDE00) + chr(0xD83D))
    'a😀�'
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def coerce(value: Any, where: str = "value") -> Any:
    """Return a deep copy of `value` in JSON types.

    Whole numbers beyond 2**53 - 1, NaN and infinity become their text, bytes their text in UTF-8
    or else their Python literal, lone surrogates U+FFFD, and what is nested deeper than 32 levels
    its JSON as text.

    Args:
        value: As for `swell.schema.json_value.json_value`, and the values above.
        where: Path of the value for the message of an error.

    Raises:
        PlainValueError: If a part of it is an object without a form in JSON, such as a date.
        ValueError: If it holds more than a million values.

    >>> coerce({"id": 2**60, "share": float("inf"), "raw": b"abc"})
    {'id': '1152921504606846976', 'share': 'inf', 'raw': 'abc'}
    """
    return _Coercion(where).of(value, 0)


class _Coercion:
    """One value, and the number of values visited so far."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._left = _MAX_VALUES

    def of(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:  # also a list that holds itself twice
            raise ValueError(f"{self._where}: expected at most {_MAX_VALUES:,} values, got more")
        kind = type(value)
        if kind is str:
            return well_formed(value)
        if kind is bool or value is None:
            return value
        if kind is int:
            return value if -MAX_INT <= value <= MAX_INT else _digits(value)
        if kind is float:
            return value if math.isfinite(value) else str(value)
        if kind is list or kind is tuple:
            if depth >= MAX_NESTED:
                return as_text(value)
            return [self._below(item, f"[{i}]", depth) for i, item in enumerate(value)]
        if isinstance(value, bytes | bytearray | memoryview):
            return _of_bytes(bytes(value))
        if isinstance(value, Mapping):
            if depth >= MAX_NESTED:
                return as_text(value)
            return self._dict(value, depth)
        if isinstance(value, str) and not _is_foreign(value):
            return well_formed(str.__str__(value))
        return json_value(value, self._where)

    def _below(self, value: Any, step: str, depth: int) -> Any:
        """Return what stands one step down; an error names the place, which costs nothing else."""
        try:
            return self.of(value, depth + 1)
        except PlainValueError as error:
            raise PlainValueError(
                self._where + step + error.where.removeprefix(self._where), error.reason
            ) from None

    def _dict(self, value: Mapping[Any, Any], depth: int) -> Any:
        out = {
            name: self._below(item, dotted(name), depth)
            for name, item in (
                (well_formed(str.__str__(key) if isinstance(key, str) else str(key)), item)
                for key, item in value.items()
            )
        }
        # Such keys are reserved on the wire.
        return as_text(out) if any(key.startswith("~") for key in out) else out


def _is_foreign(value: object) -> bool:
    return type(value).__module__.partition(".")[0] == "numpy"


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no more than 4,300 decimal digits
        return hex(value)


def _of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return repr(value)


def as_text(value: Any) -> str:
    """Return JSON of a value as text, or else its Python literal; an ellipsis if it has none."""
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        pass
    try:
        return well_formed(str(value))
    except Exception:  # of any class
        return "…"
