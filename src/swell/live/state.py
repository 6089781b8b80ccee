"""PageState: the cards of a page, and the one way to change them: applying ops.

The server keeps a `PageState` per page and the test client keeps its twin, so the rule
"a frame is applied whole or not at all" has one implementation in Python. The browser's
twin is `web/src/page/state.ts`; both run `tests/conformance/*.json`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import msgspec

from swell.errors import OpError

from .buffer import Buffer, Undo, own
from .ops import (
    ILLEGAL,
    Append,
    Insert,
    Op,
    Path,
    Remove,
    Segment,
    Set,
    check_path,
    units,
)

Card: TypeAlias = dict[str, Any]
"""A card as plain JSON, with `Buffer` objects as values of some properties."""

_NEEDED = ("view", "box")  # without these two a card cannot be drawn


class PageState:
    """Cards by key, in the order in which they were added."""

    __slots__ = ("cards",)

    def __init__(self) -> None:
        self.cards: dict[str, Card] = {}

    def to_json(self) -> dict[str, Any]:
        """Return the snapshot: `{"cards": [[key, card], ...]}`."""
        return {"cards": [[key, card_to_json(card)] for key, card in self.cards.items()]}

    def load(self, snapshot: dict[str, Any]) -> None:
        """Replace everything by a snapshot.

        Raises:
            OpError: If the snapshot has another shape; the state is unchanged.
        """
        cards: dict[str, Card] = {}
        pairs = snapshot.get("cards") if isinstance(snapshot, dict) else None
        for pair in pairs if isinstance(pairs, list) else [None]:
            if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
                raise OpError("a snapshot needs a list of [key, card] pairs")
            key, card = pair
            if key in cards or key in ILLEGAL:
                raise OpError(f"{key!r} cannot name a card here")
            cards[key] = card_from_json(card)
        self.cards = cards

    def apply(self, ops: Iterable[Op], whole: Any = None) -> Undo:
        """Apply `ops` in order, all or none, and return what takes them back.

        Args:
            ops: The ops to apply.
            whole: The row or cell that the ops were made from, if that is at hand; see
                `Buffer.append`.

        Raises:
            OpError: If an op does not fit; the state is unchanged.
        """
        undos: list[Undo] = []

        def undo() -> None:
            for step in reversed(undos):
                step()

        try:
            for op in ops:
                undos.append(self._apply(op, whole))  # noqa: PERF401  # undone if a later op fails
        except BaseException:
            undo()
            raise
        return undo

    def _apply(self, op: Op, whole: Any) -> Undo:
        path = op.path
        check_path(path)
        if isinstance(op, Append):
            return self._append(path, op.at, op.text, whole)
        if isinstance(op, Set):
            return self._set(path, op.value)
        if isinstance(op, Insert):
            return self._insert(path, op.at, op.items)
        if isinstance(op, Remove):
            return self._remove(path, op.at, op.count)
        return self._delete(path)

    def _append(self, path: Path, at: int, text: str, whole: Any) -> Undo:
        buffer, rest = self._buffer(path)
        if buffer is not None:
            if len(rest) < 2:
                raise OpError(f"{path} is not a text")
            if len(rest) == 2:
                return buffer.append(rest[0], rest[1], at, text, whole)
            return self._append_inside(buffer, path, at, text)
        parent, last = self._parent(path)
        before = _get(parent, last, path)
        if not isinstance(before, str) or units(before) != at:
            raise OpError(f"append at {at} to {path} of another length")
        parent[last] = before + text
        return lambda: parent.__setitem__(last, before)

    def _append_inside(self, buffer: Buffer, path: Path, at: int, text: str) -> Undo:
        row, _ = buffer.inside(path[2], path[3])
        parent, last = self._parent(path)
        inner = tuple(path[3:])
        grown = _get(parent, last, path)
        if not isinstance(grown, str) or row.inner_end(inner, grown) != at:
            raise OpError(f"append at {at} to {path} of another length")
        length = len(grown)
        # No second reference may be left: only then does Python extend a text in place.
        parent[last] = None
        grown += text
        parent[last] = grown
        row.inner[inner] = at + units(text)

        def undo() -> None:
            parent[last] = parent[last][:length]
            row.inner[inner] = at

        return undo

    def _set(self, path: Path, value: Any) -> Undo:
        value = _decoded(value)
        if len(path) == 1:
            return self._set_card(path[0], value)
        buffer, rest = self._buffer(path)
        if buffer is not None and rest:
            if len(rest) == 1:
                return buffer.set_row(rest[0], value)
            if len(rest) == 2:
                return buffer.set_cell(rest[0], rest[1], value)
            return self._inside(buffer, path, self._set_value(path, own(value)))
        return self._set_value(path, value)

    def _set_value(self, path: Path, value: Any) -> Undo:
        parent, last = self._parent(path)
        if isinstance(parent, list):
            before = _get(parent, last, path)
            parent[last] = value
            return lambda: parent.__setitem__(last, before)
        if not isinstance(last, str) or last.startswith("~"):
            raise OpError(f"{path} needs a text key")
        if len(path) == 2:
            if last in _NEEDED and not isinstance(value, str):
                raise OpError(f"{path} is always text")
            value = _revive(value)
        return _put(parent, last, value)

    def _inside(self, buffer: Buffer, path: Path, undo: Undo) -> Undo:
        """Drop the cached text lengths of a row, since one of its cells changed inside."""
        row, _ = buffer.inside(path[2], path[3])
        row.inner = {}

        def undo_and_forget() -> None:
            undo()
            row.inner = {}

        return undo_and_forget

    def _set_card(self, key: Segment, value: Any) -> Undo:
        if not isinstance(key, str):
            raise OpError("the key of a card is text")
        return _put(self.cards, key, card_from_json(value))

    def _insert(self, path: Path, at: int, items: list[Any]) -> Undo:
        items = _decoded(items)
        buffer, rest = self._buffer(path)
        if buffer is not None and not rest:
            return buffer.insert(at, items)
        target = self._list(path)
        if not 0 <= at <= len(target):
            raise OpError(f"insert at {at} of {len(target)} items")
        if buffer is not None:
            items = own(items)
        target[at:at] = items
        count = len(items)

        def undo() -> None:
            del target[at : at + count]

        return undo if buffer is None else self._inside(buffer, path, undo)

    def _remove(self, path: Path, at: int, count: int) -> Undo:
        buffer, rest = self._buffer(path)
        if buffer is not None and not rest:
            return buffer.remove(at, count)
        target = self._list(path)
        if at < 0 or count < 0 or at + count > len(target):
            raise OpError(f"remove {count} at {at} of {len(target)} items")
        gone = target[at : at + count]
        del target[at : at + count]

        def undo() -> None:
            target[at:at] = gone

        return undo if buffer is None else self._inside(buffer, path, undo)

    def _delete(self, path: Path) -> Undo:
        if not path:
            cards, self.cards = self.cards, {}
            return lambda: setattr(self, "cards", cards)
        if len(path) == 1:
            return _drop(self.cards, path[0], path)
        buffer, rest = self._buffer(path)
        if buffer is not None and len(rest) == 1:
            if buffer.find(rest[0]) is None:
                raise OpError(f"there is no row {rest[0]!r}")
            return buffer.remove(buffer.position(rest[0]), 1)
        if buffer is not None and len(rest) == 2:
            raise OpError(f"{path} cannot be deleted")
        parent, last = self._parent(path)
        if not isinstance(parent, dict):
            raise OpError(f"{path} is not an object's key")
        if len(path) == 2 and last in _NEEDED:
            raise OpError(f"{path} is always there")
        undo = _drop(parent, last, path)
        return undo if buffer is None or not rest else self._inside(buffer, path, undo)

    def _buffer(self, path: Path) -> tuple[Buffer | None, Path]:
        """Return the buffer on the way to `path`, if any, and the segments below it."""
        if len(path) < 2:
            return None, path
        card = self.cards.get(path[0]) if isinstance(path[0], str) else None
        if card is None:
            raise OpError(f"there is no card {path[0]!r}")
        value = card.get(path[1]) if isinstance(path[1], str) else None
        return (value, path[2:]) if isinstance(value, Buffer) else (None, path)

    def _parent(self, path: Path) -> tuple[Any, Any]:
        """Return the dict or list that holds the last segment of `path`."""
        if len(path) < 2:
            raise OpError(f"{path} is not below a card")
        buffer, rest = self._buffer(path)
        node: Any = self.cards
        below = path
        if buffer is not None and rest:
            if len(rest) < 3:
                raise OpError(f"{path} is a row or a cell")
            _, node = buffer.inside(rest[0], rest[1])
            below = rest[2:]
        for segment in below[:-1]:
            node = _get(node, segment, path)
        if not isinstance(node, dict | list):
            raise OpError(f"{path} has no parent")
        return node, path[-1]

    def _list(self, path: Path) -> list[Any]:
        buffer, rest = self._buffer(path)
        if buffer is not None and len(rest) == 2:
            _, target = buffer.inside(rest[0], rest[1])
        else:
            parent, last = self._parent(path)
            target = _get(parent, last, path)
        if not isinstance(target, list):
            raise OpError(f"{path} is not a list")
        return target


def card_to_json(card: Card) -> dict[str, Any]:
    """Return a card as it travels, its buffers spelled out; the result shares nothing mutable
    with a buffer but may share JSON values."""
    return {k: v.to_json() if isinstance(v, Buffer) else v for k, v in card.items()}


def card_from_json(card: Any) -> Card:
    """Return a card from what travelled, its buffers revived.

    Raises:
        OpError: If it is no card, or a buffer in it is malformed.
    """
    if not isinstance(card, dict) or not all(isinstance(card.get(name), str) for name in _NEEDED):
        raise OpError("a card is an object with a view and a box")
    for name in card:
        if name in ILLEGAL or name.startswith("~"):
            raise OpError(f"{name!r} cannot name a property")
    return {key: _revive(value) for key, value in card.items()}


def _revive(value: Any) -> Any:
    return Buffer.from_json(value) if isinstance(value, dict) and "~b" in value else value


def _decoded(value: Any) -> Any:
    """Decode early-encoded values: ops of the server hold containers as raw JSON."""
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


def _get(node: Any, segment: Any, path: Path) -> Any:
    try:
        if isinstance(node, dict):
            return node[segment]
        if isinstance(node, list) and type(segment) is int and 0 <= segment < len(node):
            return node[segment]
    except KeyError:
        pass
    raise OpError(f"{path} leads nowhere at {segment!r}")


def _put(parent: dict[str, Any], key: str, value: Any) -> Undo:
    if key not in parent:
        parent[key] = value
        return lambda: parent.pop(key)
    before = parent[key]
    parent[key] = value
    return lambda: parent.__setitem__(key, before)


def _drop(parent: dict[str, Any], key: Any, path: Path) -> Undo:
    if key not in parent:
        raise OpError(f"{path} is not there")
    order = dict(parent)  # undoing a deletion must also restore the order
    del parent[key]

    def undo() -> None:
        parent.clear()
        parent.update(order)

    return undo
