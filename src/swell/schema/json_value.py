"""Turn values of an app into JSON values, or raise at once.

A page is JSON in the browser. A value without an exact JSON form (a date, a set, NaN, a numpy
number) has to fail at the line that wrote it: once it sits in a page, the failure would surface
at some later save, in code that did nothing wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from swell.errors import PlainValueError

MAX_DEPTH = 64
"""Deepest nesting of lists and dicts in one value; a list that holds itself ends here."""

MAX_INT = 2**53 - 1
"""Largest whole number that a browser holds exactly."""

_HINTS: dict[str, str] = {
    "set": "write it as a list, such as `sorted(...)`",
    "frozenset": "write it as a list, such as `sorted(...)`",
    "bytes": "decode it to `str`, or upload it and pass its path",
    "bytearray": "decode it to `str`, or upload it and pass its path",
    "memoryview": "decode it to `str`, or upload it and pass its path",
    "datetime.datetime": "write it as text with `.isoformat()`",
    "datetime.date": "write it as text with `.isoformat()`",
    "datetime.time": "write it as text with `.isoformat()`",
    "datetime.timedelta": "write it as a number with `.total_seconds()`",
    "decimal.Decimal": "write it with `str(...)` or `float(...)`",
    "uuid.UUID": "write it with `str(...)`",
    "function": "call it and pass its result",
    "method": "call it and pass its result",
    "builtin_function_or_method": "call it and pass its result",
    "coroutine": "await it first",
    "generator": "write it as a list with `list(...)`",
    "range": "write it as a list with `list(...)`",
    "pandas.core.frame.DataFrame": "convert it with `.to_dict('records')`",
    "pandas.core.series.Series": "convert it with `.tolist()`",
    "swell.expando.Expando": "convert it with `expando_to_dict(...)`",
}


class _NotJsonError(Exception):
    """Carries the reason up; each level adds its step, so a good value pays nothing for paths."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps: list[str | int] = []


def json_value(value: Any, where: str) -> Any:
    """Return a deep copy of `value` made of JSON types only.

    Args:
        value: `None`, `bool`, `int`, finite `float`, `str`, or a list, tuple or mapping of
            these, at most 64 levels deep. Subclasses lose their class (an `IntEnum` becomes its
            number), tuples become lists, objects with a `.dump()` method are dumped.
        where: Path of the value for the message, such as `card 'chat', $.data`.

    Returns:
        The copy: later changes to `value` do not reach it.

    Raises:
        PlainValueError: If some part has no exact JSON form. Names the part, what was expected
            and what was found: numpy objects, NaN and infinity, whole numbers beyond 2**53 - 1,
            text with half a surrogate pair, dates, sets, bytes, functions, keys that are not
            `str` or begin with `~`, and anything else unknown.

    >>> json_value({"size": (1, 2.5)}, "card 'c', $.data")
    {'size': [1, 2.5]}
    """
    try:
        return _copy(value, 0)
    except _NotJsonError as misfit:
        path = where + join(misfit.steps)
        # `from None`: the inner exception has the same message without the path.
        raise PlainValueError(path, misfit.reason) from None


def join(steps: list[str | int]) -> str:
    """Return path steps, innermost first, as they would be written in Python."""
    return "".join(f"[{s}]" if isinstance(s, int) else dotted(s) for s in reversed(steps))


def dotted(key: str) -> str:
    """Return `.key`, or `['a key']` where a dot would not be valid."""
    return f".{key}" if key.isidentifier() else f"[{key!r}]"


def type_name(value: Any) -> str:
    """Return the name of a value's type as a message shows it, such as `numpy.int64`."""
    if value is None:
        return "None"
    kind = type(value)
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def _copy(value: Any, depth: int) -> Any:
    kind = type(value)
    # Ordered by how often a streaming app passes them: this is on the path of each token.
    if kind is str:
        if not value.isascii():
            _check_text(value)
        return value
    if kind is bool or value is None:
        return value
    if kind is list or kind is tuple:
        return _copy_list(value, depth)
    if kind is int:
        if -MAX_INT <= value <= MAX_INT:
            return value
        raise _NotJsonError(
            f"expected a whole number within ±(2**53 - 1), got {_short(value)}; "
            "a browser would round it, so write it as `str`"
        )
    if kind is float:
        if math.isfinite(value):
            return value
        raise _NotJsonError(
            f"expected a finite number, got {value}; write `None` for a missing one"
        )
    if kind is dict:
        return _copy_dict(value, depth)
    return _copy_other(value, depth)


def _copy_list(value: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
    if depth >= MAX_DEPTH:
        raise _NotJsonError(f"expected at most {MAX_DEPTH} levels of nesting, got more")
    out: list[Any] = []
    for item in value:
        kind = type(item)
        if kind is bool or item is None or (kind is str and item.isascii()):
            out.append(item)
            continue
        try:
            out.append(_copy(item, depth + 1))
        except _NotJsonError as misfit:
            misfit.steps.append(len(out))
            raise
    return out


def _copy_dict(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    if depth >= MAX_DEPTH:
        raise _NotJsonError(f"expected at most {MAX_DEPTH} levels of nesting, got more")
    out: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str) or _is_numpy(key):
            raise _NotJsonError(f"expected keys of type `str`, got {_found(key)}")
        if key.startswith("~"):
            raise _NotJsonError(
                f"expected a key that does not begin with `~` (reserved), got {key!r}"
            )
        try:
            name = _copy(str.__str__(key), depth + 1)
            out[name] = _copy(item, depth + 1)
        except _NotJsonError as misfit:
            misfit.steps.append(key)
            raise
    return out


def _copy_other(value: Any, depth: int) -> Any:
    """Handle rare values: subclasses, mappings, objects with a dump method, and mistakes."""
    if not _is_numpy(value) and not _is_buffer(value):
        if isinstance(value, str):
            return _copy(str.__str__(value), depth)
        if isinstance(value, int):
            return _copy(int(value), depth)
        if isinstance(value, float):
            return _copy(float(value), depth)
        if isinstance(value, list | tuple):
            return _copy_list(value, depth)
        if isinstance(value, Mapping):
            return _copy_dict(value, depth)
        dump: Callable[[], Any] | None = getattr(value, "dump", None)
        if callable(dump) and not isinstance(value, type):
            if depth >= MAX_DEPTH:
                raise _NotJsonError(f"expected at most {MAX_DEPTH} levels of nesting, got more")
            return _copy(dump(), depth + 1)
    expected = "expected a plain JSON value (str, int, float, bool, None, list or dict)"
    hint = _hint(value)
    raise _NotJsonError(f"{expected}, got {_found(value)}{f'; {hint}' if hint else ''}")


def _check_text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        # Half of an emoji, as a model's token stream may hand it over.
        raise _NotJsonError(
            "expected text that UTF-8 can hold, "
            f"got the lone surrogate {value[error.start]!a} at character {error.start}"
        ) from None


def _is_numpy(value: Any) -> bool:
    # By module name: numpy is never imported here. Its `float64` is a `float` and its `str_` a
    # `str`, so that the ordinary checks would let some of its values through and not others.
    return any(base.__module__.partition(".")[0] == "numpy" for base in type(value).__mro__)


def _is_buffer(value: Any) -> bool:
    # A mark and no class: rows of a `Data` are checked by this module.
    return getattr(type(value), "is_buffer", False) is True


def _hint(value: Any) -> str:
    if _is_numpy(value):
        return "convert it with `.tolist()` or `.item()`"
    if _is_buffer(value):
        return "a buffer is given as a property of a card that is put on a page, nowhere else"
    return _HINTS.get(type_name(value), "")


def _found(value: Any) -> str:
    """Return the type and a short look at the value."""
    return f"`{type_name(value)}` {_short(value)}"


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # a broken __repr__ must not hide the real mistake
        return "(without a readable repr)"
    return text if len(text) <= 60 else text[:57] + "..."
