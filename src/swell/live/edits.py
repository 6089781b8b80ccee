"""Edits: unsaved changes of a handler, and how they become ops against the current state.

An edit is recorded when the handler's line runs and resolved when the page is saved,
since other handlers may have changed the page in between: `data[-1]` means the last row
at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import msgspec

from . import kinds
from .buffer import Buffer
from .ops import Append, Delete, Insert, Op, Path, Segment, Set, encoded, units
from .state import Card, PageState, card_to_json

Locate: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Sequence[Segment]]]
"""Gives the paths of a card's named components, for by-name access."""


class AddCard(msgspec.Struct, frozen=True):
    """Put a card on the page, replacing one of the same key."""

    key: str
    card: Card


class DropCard(msgspec.Struct, frozen=True):
    """Remove a card; nothing happens when it is not there."""

    key: str


class DropPage(msgspec.Struct, frozen=True):
    """Remove all cards."""


class Assign(msgspec.Struct, frozen=True):
    """Assign `value` at `path` below the card `key`; None removes.

    Attributes:
        by_name: The first segment is the name of a component, looked up when resolved.
        plain: It is a row of built-in texts and flags: see `Grow`.
    """

    key: str
    path: list[Segment]
    value: Any
    by_name: bool = False
    plain: bool = False


class AppendRow(msgspec.Struct, frozen=True):
    """Append a row to the buffer `prop` of the card `key` (`+=`)."""

    key: str
    prop: str
    cells: list[Any] | None


class Extend(msgspec.Struct, frozen=True):
    """Append to the text or list at `path` below the card `key`; nothing when there is none.

    Attributes:
        path: A property, or a buffer's property, a row's key, a field and a path inside the cell.
        tail: Text for a text, items for a list in a cell.
        plain: It is a cell with text: see `Grow`.
    """

    key: str
    path: list[Segment]
    tail: str | list[Any]
    plain: bool = False


class Place(Protocol):
    """A cell with text: see `Tail`."""

    key: str
    path: tuple[Segment, ...]


class Grow(msgspec.Struct, frozen=True):
    """Append to the text that the last save made longer: a plain `Assign` or `Extend` that does
    only that.

    Attributes:
        tail: The text.
        at: Its length when this was recorded, in code points.
        text: What to append.
        units: The length of that, in UTF-16 units.
        row: The row that was assigned; None for `Extend`.
    """

    tail: Place
    at: int
    text: str
    units: int
    row: list[Any] | None

    def spelled(self) -> Assign | Extend:
        """Return the edit that it was made of, for a page that has changed otherwise since."""
        tail, path = self.tail, list(self.tail.path)
        if self.row is None:
            return Extend(tail.key, path, self.text, plain=True)
        return Assign(tail.key, path, self.row, plain=True)


class Prepend(msgspec.Struct, frozen=True):
    """Insert items at the front of a list property, making the list when absent."""

    key: str
    prop: str
    items: list[Any]


class Replay(msgspec.Struct, frozen=True):
    """Apply ops of another page, which has the same cards."""

    ops: Sequence[Op]


Edit: TypeAlias = (
    AddCard | DropCard | DropPage | Assign | AppendRow | Extend | Grow | Prepend | Replay
)


def resolve(edit: Edit, state: PageState, locate: Locate) -> list[Op]:
    """Return the ops of `edit` against `state`; none when its target is not there.

    Raises:
        RowError: If the edit does not suit the buffer's kind.
        PlainValueError: If a text holds half of a surrogate pair.
    """
    if isinstance(edit, Grow):
        edit = edit.spelled()
    if isinstance(edit, Assign):
        return _assign(edit, state, locate)
    if isinstance(edit, AddCard):
        return [Set([edit.key], encoded(card_to_json(edit.card)))]
    if isinstance(edit, Replay):
        return [*edit.ops]
    if isinstance(edit, DropPage):
        return [Delete([])] if state.cards else []
    card = state.cards.get(edit.key)
    if card is None:
        return []
    if isinstance(edit, DropCard):
        return [Delete([edit.key])]
    if isinstance(edit, Extend):
        return _extend(edit, card)
    path: Path = [edit.key, edit.prop]
    target = card.get(edit.prop)
    if isinstance(edit, Prepend):
        if isinstance(target, list):
            return [Insert(path, 0, encoded(edit.items))]
        return [Set(path, encoded(edit.items))]
    return kinds.append_row(target, path, edit.cells) if isinstance(target, Buffer) else []


def _extend(edit: Extend, card: Card) -> list[Op]:
    prop = str(edit.path[0])
    target = card.get(prop)
    if not edit.tail:
        return []
    if isinstance(target, Buffer) and len(edit.path) >= 3:
        return kinds.extend_cell(target, [edit.key, prop], edit.path[1:], edit.tail)
    if isinstance(target, str) and len(edit.path) == 1 and isinstance(edit.tail, str):
        return [Append([edit.key, prop], units(target), edit.tail)]
    return []


def _assign(edit: Assign, state: PageState, locate: Locate) -> list[Op]:
    card = state.cards.get(edit.key)
    if card is None:
        return []
    path: Path = [edit.key, *edit.path]
    if edit.by_name:
        found = locate(card).get(str(edit.path[0]))
        if found is None:
            return []
        path[1:2] = found
    target = card.get(str(path[1]))
    if isinstance(target, Buffer):
        return _assign_buffer(target, path, edit.value)
    return _assign_value(card, path, edit.value)


def _assign_buffer(buffer: Buffer, path: Path, value: Any) -> list[Op]:
    base, rest = path[:2], path[2:]
    if len(rest) == 1:
        return kinds.write_row(buffer, base, rest[0], value)
    if len(rest) == 2:
        return kinds.write_cell(buffer, base, rest[0], rest[1], value)
    if rest:
        return kinds.write_inside(buffer, base, rest, value)
    return kinds.write_all(buffer, base, value) if value is not None else []


def _assign_value(card: Card, path: Path, value: Any) -> list[Op]:
    node: Any = card
    at: Path = [path[0]]
    for segment in path[1:-1]:
        key = _key(node, segment)
        if key is None:
            return []
        node = node[key]
        at.append(key)
    last = path[-1]
    if isinstance(node, dict):
        name = str(last)
        if value is None:
            return [Delete([*at, name])] if name in node else []
        old = node.get(name)
        if isinstance(old, str) and isinstance(value, str) and old and value.startswith(old):
            tail = value[len(old) :]
            if tail:
                return [Append([*at, name], units(old), tail)]
        return [Set([*at, name], encoded(value))]
    index = _key(node, last)
    return [] if index is None else [Set([*at, index], encoded(value))]


def _key(node: Any, segment: Segment) -> Segment | None:
    """Return the key under which `segment` is found in `node`, or None."""
    if isinstance(node, dict):
        return str(segment) if str(segment) in node else None
    if isinstance(node, list):
        try:
            index = int(segment)
        except ValueError:
            return None
        return index if 0 <= index < len(node) else None
    return None
