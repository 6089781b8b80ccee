"""Op types: the edits that travel, as arrays whose first element names the op.

A path is a list of strings and integers whose first segment is a card key. Lengths of
text are counted in UTF-16 code units, which is what JavaScript's `.length` counts, so
that the browser can check them without converting.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from swell.errors import OpError, PlainValueError

Segment: TypeAlias = str | int
Path: TypeAlias = list[Segment]

MAX_SEGMENTS = 16
ILLEGAL = frozenset({"__proto__", "prototype", "constructor"})
"""Segments that mean something to a JavaScript object; refused on both sides."""


class _Op(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of all ops.

    `gc=False`: an op never refers to itself, and a ring of thousands of them need not be walked by
    the garbage collector again and again.
    """


class Set(_Op, tag="s", frozen=True):
    """Set `value` at `path`, replacing the old value."""

    path: Path
    value: Any


class Delete(_Op, tag="d", frozen=True):
    """Remove the card, property, row or object key at `path`; all cards for `[]`."""

    path: Path


class Append(_Op, tag="a", frozen=True):
    """Append `text` to the text at `path`, whose length before is `at` UTF-16 units."""

    path: Path
    at: int
    text: str


class Insert(_Op, tag="i", frozen=True):
    """Insert `items` at position `at` of the list or buffer at `path`."""

    path: Path
    at: int
    items: list[Any]


class Remove(_Op, tag="x", frozen=True):
    """Remove `count` items from position `at` of the list or buffer at `path`."""

    path: Path
    at: int
    count: int


Op: TypeAlias = Set | Delete | Append | Insert | Remove


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 code units.

    Raises:
        PlainValueError: If `text` holds half of a surrogate pair, which no encoder
            can send.
    """
    if text.isascii():
        return len(text)
    try:
        return len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise PlainValueError(
            "text", "holds half of a surrogate pair; decode bytes only at whole characters"
        ) from None


def key_fault(key: str) -> str:
    """Return why `key` cannot name a card, a property, a row or a field; empty if it can."""
    if key in ILLEGAL:
        return "means something else to a browser"
    if not key.isascii():
        try:
            key.encode()
        except UnicodeEncodeError:
            return "holds half of a surrogate pair"
    return ""


def check_path(path: Path) -> None:
    """Raise `OpError` unless every segment of `path` may be used as a key."""
    if len(path) > MAX_SEGMENTS:
        raise OpError(f"path has {len(path)} segments, at most {MAX_SEGMENTS} are allowed")
    for segment in path:
        if segment in ILLEGAL:
            raise OpError(f"path holds the illegal segment {segment!r}")


def encoded(value: Any) -> Any:
    """Return containers as JSON made now, so that later edits cannot change an op.

    Leaves do not change, since ops on them may merge.
    """
    if isinstance(value, str):
        units(value)  # raises for text that cannot be encoded, before anything changes
    if isinstance(value, dict | list):
        return msgspec.Raw(encode(value))
    return value


def encode(value: Any) -> bytes:
    """Return `value` as JSON.

    Raises:
        PlainValueError: If a text holds half of a surrogate pair.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError as error:
        units(error.object)
        raise


def merge(ops: list[Op]) -> list[Op]:
    """Return fewer ops with the same effect on the state they apply to.

    Adjacent appends to one text become one, an append joins the set before it, and a
    set replaces earlier sets and appends of the same leaf. Ops that move, remove or
    replace structure are barriers: nothing merges across them, because a path before
    one may mean another row after it.
    """
    if (one := _streamed(ops)) is not None:
        return [one]
    out: list[Op | None] = []
    last: dict[tuple[Segment, ...], int] = {}
    joined: dict[int, list[str]] = {}  # pieces of text per index: joined once, not per token
    end: dict[int, int] = {}  # length in units that the text at an index ends with
    for op in ops:
        if isinstance(op, Append):
            key = tuple(op.path)
            index = last.get(key)
            if index is not None and end.get(index) == op.at:
                joined.setdefault(index, []).append(op.text)
                end[index] += units(op.text)
            else:
                last[key] = len(out)
                end[len(out)] = op.at + units(op.text)
                out.append(op)
        elif isinstance(op, Set) and _is_leaf(op.value):
            key = tuple(op.path)
            index = last.get(key)
            if index is not None:
                out[index] = None
                joined.pop(index, None)
            last[key] = len(out)
            if isinstance(op.value, str):
                end[len(out)] = units(op.value)
            out.append(op)
        else:
            last.clear()
            out.append(op)
    for index, pieces in joined.items():
        first = out[index]
        if isinstance(first, Append):
            out[index] = Append(first.path, first.at, "".join((first.text, *pieces)))
        elif isinstance(first, Set):
            out[index] = Set(first.path, "".join((first.value, *pieces)))
    return [op for op in out if op is not None]


def _streamed(ops: list[Op]) -> Append | None:
    """Merge a stream of appends to one text; None if the ops are not such a stream."""
    first = ops[0] if ops else None
    if type(first) is not Append:
        return None
    path, end = first.path, first.at
    pieces = []
    for op in ops:
        # A row keeps its path: the same list is the same text, and another one is compared later.
        if type(op) is not Append or op.path is not path or op.at != end:
            return None
        pieces.append(op.text)
        end += units(op.text)
    return Append(path, first.at, "".join(pieces))


def _is_leaf(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)
