"""Patch: the ops of one save in H2O Wave's form, applied to a page.

| op | effect |
| --- | --- |
| `{}`, or an empty `k` | drops all cards |
| `{"k": card}` | drops the card |
| `{"k": card, "d": properties, "b": buffers}` | puts the card on the page |
| `{"k": "card prop ...", "v": value}` | assigns; null removes |
| `{"k": "card prop __append__", "v": row}` | appends a row to a buffer |
| `{"k": "card prop ...", "x": text}` | appends to a text, or items to a list; not in Wave |
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from swell.cards.base import CARDS, named_components
from swell.errors import PushError, SwellError
from swell.live.buffer import Buffer
from swell.live.edits import AppendRow, Assign, resolve
from swell.live.ops import Segment
from swell.live.state import Card, PageState
from swell.page.checks import check_buffer
from swell.page.page import AsyncPage
from swell.page.wave_form import revived
from swell.schema.data import Data
from swell.schema.json_value import json_value
from swell.server.pages import WatchedPage

__all__ = ["OPS_MAX", "Patch", "Undrawn"]

OPS_MAX = 100_000
"""Most ops in one patch."""

IGNORED_MAX = 20
"""Most reasons that the answer to a patch gives."""

_INDEX = re.compile(r"-?[0-9]{1,9}")


class Undrawn:
    """Cards that browsers cannot draw, kept for programs that edit and load them."""

    def __init__(self) -> None:
        self._state = PageState()

    @property
    def cards(self) -> dict[str, Card]:
        """The cards by their keys."""
        return self._state.cards

    def restore(self, cards: dict[str, Card]) -> None:
        """Put the cards of an earlier time back."""
        self._state.cards = cards

    def add(self, key: str, card: Mapping[str, Any]) -> None:
        """Keep a card."""
        where = f"card {key!r}"
        self.cards[key] = {
            name: value.to_buffer() if isinstance(value, Data) else json_value(value, where)
            for name, value in card.items()
            if value is not None
        }

    def assign(self, key: str, path: list[Segment], value: Any, *, append: bool = False) -> None:
        """Assign to a place in a card, or append a row to its buffer."""
        target = self.cards[key].get(str(path[0]))
        edit: Assign | AppendRow
        if append:
            row = (
                check_buffer(key, target, (*path, -1), value, {})
                if isinstance(target, Buffer)
                else None
            )
            edit = AppendRow(key, str(path[0]), row)
        else:
            if isinstance(target, Buffer):
                value = check_buffer(key, target, tuple(path), value, {})
            edit = Assign(key, path, value)
        self._state.apply(resolve(edit, self._state, named_components))


class Patch:
    """One save of a program.

    Args:
        target: The live page.
        undrawn: Its cards that are not drawn.
        strict: Whether what does not fit is an error; else it is left out.
    """

    def __init__(self, target: WatchedPage, undrawn: Undrawn, *, strict: bool) -> None:
        self._undrawn = undrawn
        self._strict = strict
        self._ignored: list[str] = []
        self._page = _Page(target, self._ignore, None if strict else self._ignore)
        self._drawn = set(target.state.cards)

    def apply(self, ops: Sequence[Any]) -> list[str]:
        """Apply the ops, all or none, and return what was left out.

        Raises:
            PushError: If something is no op.
            SwellError: If an op does not fit.
        """
        if len(ops) > OPS_MAX:
            raise _bad(f"more than {OPS_MAX:,} ops in one patch")
        before = copy.deepcopy(self._undrawn.cards)
        try:
            self._apply_all(ops)
        except BaseException:
            self._undrawn.restore(before)
            raise
        return self._ignored

    def _apply_all(self, ops: Sequence[Any]) -> None:
        for op in ops:
            if not isinstance(op, dict):
                raise _bad("an op is an object")
            try:
                self._apply(op)
            except (SwellError, KeyError, ValueError, TypeError) as error:
                said = error.args[0] if isinstance(error, KeyError) else str(error)
                if self._strict or isinstance(error, PushError):
                    raise error if isinstance(error, SwellError) else _bad(said) from None
                self._ignore(said)
        self._page.commit()

    def _ignore(self, said: str) -> None:
        if self._strict:
            raise _bad(said)
        if len(self._ignored) < IGNORED_MAX:
            self._ignored.append(said)

    def _apply(self, op: dict[str, Any]) -> None:
        key = op.get("k", "")
        if not isinstance(key, str):
            raise _bad("the key of an op is text")
        if not key:
            self._undrawn.cards.clear()
            self._drawn.clear()
            self._page.drop()
            return
        card, *names = key.split(" ")
        if not names:
            self._put(card, op)
            return
        path = [names[0], *map(_segment, names[1:])]
        value = op.get("v")
        append = path[-1] == "__append__" and len(path) == 2
        if card in self._undrawn.cards:
            self._undrawn.assign(card, path[:1] if append else path, value, append=append)
        elif "x" in op:
            self._page.extend(card, tuple(path), op["x"])
        elif append:
            self._page._append(card, (path[0],), value)
        else:
            self._page._assign(card, tuple(path), _buffer_or(op))

    def _put(self, key: str, op: dict[str, Any]) -> None:
        self._undrawn.cards.pop(key, None)
        properties = op.get("d")
        if properties is None:
            self._drawn.discard(key)
            del self._page[key]
            return
        buffers = op.get("b", [])
        if not isinstance(properties, dict) or not isinstance(buffers, list):
            raise _bad(f"card {key!r} is no object")
        card = revived(properties, buffers)
        if card.get("view") in CARDS and isinstance(card.get("box"), str):
            self._page.add(key, card)
            self._drawn.add(key)
            return
        view = card.get("view")
        self._ignore(
            f"card {key!r} is not drawn: there is no card with the view {view!r} and a box"
        )
        if key in self._drawn:
            del self._page[key]
        self._undrawn.add(key, card)


class _Page(AsyncPage):
    """A page that reports edits to cards that are not there instead of logging them."""

    def __init__(self, target: WatchedPage, report: Any, forgive: Any) -> None:
        super().__init__(target, forgive)
        self._report = report

    def _absent(self, key: str) -> None:
        if key not in self._warned:
            self._warned.add(key)
            self._report(f"there is no card {key!r} on the page")


def _segment(text: str) -> Segment:
    return int(text) if _INDEX.fullmatch(text) else text


def _buffer_or(op: dict[str, Any]) -> Any:
    if not any(letter in op for letter in "cmfl") or "v" in op:
        return op.get("v")
    raise _bad("a buffer cannot be assigned; put the card on the page anew")


def _bad(said: str) -> PushError:
    return PushError("", "bad_patch", said)
