"""Compute the ops for a change inside a cell with a list or an object.

A message's parts are such a cell. A handler assigns all of them again for each token; only the
appended text is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from .ops import (
    MAX_SEGMENTS,
    Append,
    Delete,
    Insert,
    Op,
    Path,
    Remove,
    Segment,
    Set,
    encoded,
    key_fault,
)

Ends: TypeAlias = Callable[[Path, str], int]
"""Gives the length in UTF-16 units of the text at a path, without counting it each time."""

FEW = 4
"""So many ops are sent without asking whether the whole value would be shorter."""


def diff_inside(path: Path, old: Any, new: Any, ends: Ends) -> list[Op]:
    """Return the ops that change the value at `path` from `old` to `new`.

    Lists keep the items they have in common at both ends; objects are compared key by key, a
    text that continues is appended to, and everything else is set. When `new` as a whole
    is shorter than many ops, it is set.
    """
    if same(old, new):
        return []
    if isinstance(old, str) and isinstance(new, str) and old and new.startswith(old):
        return [Append(path, ends(path, old), new[len(old) :])]
    ops: list[Op] | None = None
    if len(path) < MAX_SEGMENTS:
        if isinstance(old, list) and isinstance(new, list):
            ops = _diff_lists(path, old, new, ends)
        elif isinstance(old, dict) and isinstance(new, dict):
            ops = _diff_objects(path, old, new, ends)
    whole: list[Op] = [Set(path, encoded(new))]
    if ops is None or (len(ops) > FEW and _size(ops) > _size(whole)):
        return whole
    return ops


def same(old: Any, new: Any) -> bool:
    """Return whether two values are the same JSON; in Python `[1] == [True]`, in JSON not."""
    if old is new:
        return True
    if type(old) is not type(new) or old != new:
        return False
    return not isinstance(new, list | dict) or (
        msgspec.json.encode(old, order="sorted") == msgspec.json.encode(new, order="sorted")
    )


def inner_key(node: Any, segment: Segment) -> Any:
    """Return the key under which `segment` is found in a list or an object, or None.

    An index may be written as text and be counted from the end.
    """
    if isinstance(node, dict):
        return str(segment) if str(segment) in node else None
    if isinstance(node, list):
        try:
            index = int(segment)
        except ValueError:
            return None
        return index % len(node) if -len(node) <= index < len(node) else None
    return None


def _diff_lists(path: Path, old: list[Any], new: list[Any], ends: Ends) -> list[Op]:
    start, most = 0, min(len(old), len(new))
    while start < most and same(old[start], new[start]):
        start += 1
    tail = 0
    while tail < most - start and same(old[-1 - tail], new[-1 - tail]):
        tail += 1
    kept = most - start - tail  # items in between, changed in place
    ops: list[Op] = []
    for index in range(start, start + kept):
        ops += diff_inside([*path, index], old[index], new[index], ends)
    at = start + kept
    if len(old) > len(new):
        ops.append(Remove(path, at, len(old) - len(new)))
    elif len(new) > len(old):
        ops.append(Insert(path, at, encoded(new[at : len(new) - tail])))
    return ops


def _diff_objects(
    path: Path, old: dict[str, Any], new: dict[str, Any], ends: Ends
) -> list[Op] | None:
    """Return the ops, None when the object has to be set as a whole."""
    if old.get("type") != new.get("type"):  # another part, not the same one changed
        return None
    ops: list[Op] = []
    for key in old.keys() | new.keys():
        if key in old and key in new and same(old[key], new[key]):
            continue
        if key_fault(key) or key.startswith("~"):
            return None
    for key, value in new.items():
        place = [*path, key]
        if key in old:
            ops += diff_inside(place, old[key], value, ends)
        else:
            ops.append(Set(place, encoded(value)))
    ops += [Delete([*path, key]) for key in old if key not in new]
    return ops


def _size(ops: list[Op]) -> int:
    return len(msgspec.json.encode(ops))
