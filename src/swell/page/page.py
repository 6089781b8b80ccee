"""`q.page` and its references to cards, rows and cells.

Nothing is read from a page and no line waits: an assignment is checked at once, recorded,
and becomes an op when the page is saved.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

import msgspec

from swell.cards.base import CARDS, IGNORED, Forgive, check_card, check_property, named_components
from swell.cards.base import Card as CardBase
from swell.errors import CardError, PlainValueError, RowError
from swell.live.buffer import Buffer
from swell.live.edits import (
    AddCard,
    AppendRow,
    Assign,
    DropCard,
    DropPage,
    Edit,
    Extend,
    Replay,
    resolve,
)
from swell.live.kinds import row_at
from swell.live.ops import Op, Segment
from swell.live.state import Card, PageState
from swell.live.tail import Tail
from swell.logs import logger
from swell.schema.data import Data, is_plain_text
from swell.schema.json_value import json_value

from .checks import (
    can_grow,
    card_key,
    check_buffer,
    check_cells,
    check_segment,
    check_tail,
    is_by_name,
    segment,
    where_of,
)

if TYPE_CHECKING:
    from .card_ref import CardRef

_log = logger("swell.page")


class Target(Protocol):
    """Where a page's edits go when it is saved."""

    @property
    def state(self) -> PageState:
        """The cards as last saved."""

    @property
    def tail(self) -> Tail | None:
        """The text that the last save has made longer, if that was all it did."""

    def commit(self, edits: list[Edit]) -> bool:
        """Apply the edits of one save, all or none, and notify the watchers.

        Returns:
            Whether the event loop should run once before the handler continues.
        """

    def when_due(self, save: Callable[[], None]) -> None:
        """Call a function right before the next frame."""

    def forget(self) -> None:
        """Drop the history, also for clients that reconnect."""


class Ref(msgspec.Struct, eq=False):
    """A place on a page: a card, a property, a row or a cell.

    Attribute and item access lead deeper and never fail; only assigning does something.
    `ref += row` appends a row to a list or cyclic buffer, `ref += text` to a text, and
    `ref += items` to a list in a cell.
    """

    # A struct for its constructor in C: each line that streams a token makes two of these.
    _page: PageBase
    _key: str
    _path: tuple[Segment, ...] = ()

    def __getattr__(self, name: str) -> Ref:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # so that copy and inspect see an ordinary object
        return Ref(self._page, self._key, (*self._path, name))

    def __getitem__(self, name: Segment) -> Ref:
        return Ref(self._page, self._key, (*self._path, segment(name)))

    def __setattr__(self, name: str, value: Any) -> None:
        self._page._assign(self._key, (*self._path, name), value)

    def __setitem__(self, name: Segment, value: Any) -> None:
        page, path = self._page, self._path
        if type(value) is list and len(path) == 1 and page._stream(self._key, path[0], name, value):
            return
        page._assign(self._key, (*path, segment(name)), value)

    if TYPE_CHECKING:

        def __add__(self, row: Any) -> Self:
            """Type checkers need it beside `__iadd__` when the left side is an attribute."""

    def __iadd__(self, row: Any) -> Self:
        self._page._append(self._key, self._path, row)
        return self

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name!r} cannot be deleted; assign None to remove it")

    def __delitem__(self, name: str) -> None:
        raise AttributeError(f"{name!r} cannot be deleted; assign None to remove it")

    def __repr__(self) -> str:
        return f"<Ref {' '.join(map(str, (self._key, *self._path)))}>"


class PageBase:
    """Records edits until they are saved.

    Args:
        target: The live page that `save` writes to.
        forgive: Called with what H2O Wave ignores instead of raising; None raises.
    """

    def __init__(self, target: Target, forgive: Forgive | None = None) -> None:
        self._target = target
        self._forgive = forgive
        self._edits: list[Edit] = []
        # Cards added since the last save. Edits to them are resolved right here, so that
        # they are checked against the card's value, and are sent as part of the card.
        self._draft = PageState()
        # Properties of other cards as they will be, for checking later assignments.
        self._assigned: dict[str, dict[str, Any]] = {}
        self._dropped: set[str] = set()
        self._warned: set[str] = set()

    if TYPE_CHECKING:

        def __getitem__(self, key: str) -> CardRef:
            """Return a card, whose properties can be assigned."""

    else:

        def __getitem__(self, key: str) -> Ref:
            return Ref(self, card_key(key))

    def __setitem__(self, key: str, card: CardBase | Mapping[str, Any]) -> None:
        self.add(key, card)

    def __delitem__(self, key: str) -> None:
        card_key(key)
        self._draft.cards.pop(key, None)
        self._dropped.add(key)
        self._edits.append(DropCard(key))

    def add(self, key: str, card: CardBase | Mapping[str, Any]) -> CardRef:
        """Put a card on the page, replacing one of the same key.

        Args:
            key: Name of the card on the page, without spaces.
            card: The result of a `ui.*_card` function, or a dict with its `view`.

        Returns:
            A reference to the card.

        Raises:
            KeyError: If the key is no text or has a space.
            CardError: If a field of the card has a wrong type or range.
            PlainValueError: If a value in it has no exact JSON form.
        """
        card_key(key)
        if not isinstance(card, Mapping) and not callable(getattr(card, "dump", None)):
            raise CardError(key, type(card).__name__, "expected a ui.*_card(...) or a dict")
        if not key and isinstance(card, Mapping) and not card:
            self.drop()  # Wave's `page[''] = {}`
            return self[key]
        checked = check_card(key, card, self._forgive)
        if not checked:
            return self[key]
        live: Card = {
            name: value.to_buffer() if isinstance(value, Data) else value
            for name, value in checked.items()
        }
        self._draft.cards[key] = live
        self._assigned.pop(key, None)
        self._edits.append(AddCard(key, live))
        return self[key]

    def drop(self) -> None:
        """Remove all cards."""
        self._draft.cards.clear()
        self._assigned.clear()
        self._dropped.update(self._target.state.cards)
        self._edits.append(DropPage())

    def replay(self, ops: Sequence[Op]) -> None:
        """Do what ops of another page did to it, to cards that this page has as well.

        Args:
            ops: Checked by that page.
        """
        self._edits.append(Replay(ops))

    def _stream(self, key: str, prop: Segment, index: Segment, value: list[Any]) -> bool:
        """Record a row of plain texts and flags for an existing row, the fast path of streaming.

        Returns:
            Whether it was one; `_assign` handles all other values and errors.
        """
        tail = self._target.tail
        if tail is not None and not self._edits:
            grown = tail.assigned(key, (prop, index), value)
            if grown is not None:
                self._edits.append(grown)
                return True
        if self._draft.cards or self._dropped or self._assigned:
            return False
        card = self._target.state.cards.get(key)
        buffer = card.get(prop) if card is not None and type(prop) is str else None
        if card is None or type(buffer) is not Buffer or type(index) not in (int, str):
            return False
        row = row_at(buffer, index)
        known = row.cells if row is not None else None
        if known is None or len(value) != len(known):
            return False
        for column, cell in enumerate(value):
            if cell is known[column]:
                continue  # as it was, and that was checked
            kind = type(cell)
            if kind is not bool and not (kind is str and is_plain_text(cell, known, column)):
                return False
            owner = CARDS.get(card["view"])
            if owner is not None and buffer.fields[column] in owner.cells:
                return False
        self._edits.append(Assign(key, [prop, index], value.copy(), plain=True))
        return True

    def _assign(self, key: str, path: tuple[Segment, ...], value: Any) -> None:
        if isinstance(value, Ref):
            if value._page is self and (value._key, value._path) == (key, path):
                return  # the assignment that Python makes after `+=`
            raise PlainValueError(where_of(key, path), f"got {value!r}; a page cannot be read")
        for one in path:
            check_segment(one)
        card = self._card(key)
        if card is None:
            self._record(Assign(key, list(path), json_value(value, where_of(key, path))))
            return
        prop = str(path[0])
        target = card.get(prop)
        kind = CARDS.get(str(card.get("view")))
        if isinstance(target, Buffer):
            value = check_buffer(key, target, path, value, kind.cells if kind else {})
            self._record(Assign(key, list(path), value))
            return
        if kind is not None and len(path) == 1:
            special = kind.assign(key, prop, value)
            if special is not None:
                for edit in special:
                    self._record(edit)
                return
        split: list[Segment] = [*prop.split("."), *path[1:]] if "." in prop else list(path)
        names = named_components(card)
        by_name = is_by_name(card, kind, str(split[0]), names)
        full = [*names[str(split[0])], *split[1:]] if by_name else split
        value = check_property(key, card, full, value, self._forgive)
        if value is IGNORED:
            return
        edit = Assign(key, split, value, by_name)
        if key not in self._draft.cards:
            self._preview(key, card, str(full[0]), edit)
        self._record(edit)

    def _preview(self, key: str, card: Mapping[str, Any], prop: str, edit: Assign) -> None:
        """Record the value of a saved card's property after `edit`."""
        assigned = self._assigned.setdefault(key, {})
        if len(edit.path) > 1 or edit.by_name:
            will_be = {**card, prop: copy.deepcopy(card.get(prop))}
            state = PageState()
            state.cards[key] = will_be
            state.apply(resolve(edit, state, named_components))
            assigned[prop] = will_be[prop]
        else:
            assigned[prop] = edit.value

    def extend(self, key: str, path: tuple[Segment, ...], tail: str) -> None:
        """Append to the text at `path` below a card, as `+=` does, without a reference to it.

        Args:
            key: Name of the card.
            path: Names and keys, such as `("data", -1, "content")`.
            tail: Text to append.
        """
        if not self._lengthen(key, path, tail):
            self._append(key, path, tail)

    def _lengthen(self, key: str, path: tuple[Segment, ...], tail: str) -> bool:
        """Record plain text appended to a cell of an existing row, the fast path of streaming.

        Returns:
            Whether it was that; `_append` handles all other values and errors.
        """
        if len(path) != 3:
            return False
        target = self._target.tail
        if target is not None and not self._edits:
            grown = target.extended(key, path, tail)
            if grown is not None:
                self._edits.append(grown)
                return True
        if self._draft.cards or self._dropped or self._assigned:
            return False
        prop, index, field = path
        card = self._target.state.cards.get(key)
        buffer = card.get(prop) if card is not None and type(prop) is str else None
        if type(buffer) is not Buffer or not is_plain_text(tail, None, 0):
            return False
        row, column = row_at(buffer, index), buffer.column(field)
        cells = row.cells if row is not None else None
        if cells is None or column is None or type(cells[column]) is not str:
            return False
        self._edits.append(Extend(key, [*path], tail, plain=True))
        return True

    def _append(self, key: str, path: tuple[Segment, ...], row: Any) -> None:
        if type(row) is str and self._lengthen(key, path, row):
            return
        card = self._card(key)
        prop = str(path[0]) if path else ""
        if card is not None and can_grow(card, path, row):
            self._record(Extend(key, list(path), check_tail(card, key, path, row)))
            return
        if len(path) != 1 or not prop.endswith("data"):
            where = where_of(key, path)
            raise ValueError(
                f"+= can only be used on list data buffers and on texts, not on {where}"
            )
        if card is None:
            self._record(AppendRow(key, prop, json_value(row, where_of(key, path))))
            return
        buffer = card.get(prop)
        if not isinstance(buffer, Buffer):
            raise RowError(key, prop, "`+=` needs a buffer here, and there is none")
        if buffer.kind not in ("list", "cyclic"):
            raise RowError(
                key, prop, f"`+=` needs a list or cyclic buffer, this is a {buffer.kind} one"
            )
        kind = CARDS.get(str(card.get("view")))
        cells = check_cells(row, buffer.fields, key, prop, kind.cells if kind else {})
        self._record(AppendRow(key, prop, cells))

    def _record(self, edit: Edit) -> None:
        key = getattr(edit, "key", None)
        if key in self._draft.cards:
            self._draft.apply(resolve(edit, self._draft, named_components))
        else:
            self._edits.append(edit)

    def _card(self, key: str) -> Mapping[str, Any] | None:
        """Return the card as it will be when this page is saved, as far as that is known."""
        card = self._draft.cards.get(key)
        if card is None and key not in self._dropped:
            card = self._target.state.cards.get(key)
        if card is None:
            self._absent(key)
            return None
        assigned = self._assigned.get(key)
        return {**card, **assigned} if assigned else card

    def _absent(self, key: str) -> None:
        """Report, once, an edit to a card that is not on the page."""
        if key in self._warned:
            return
        self._warned.add(key)
        kept = [k for k in self._target.state.cards if k not in self._dropped]
        there = ", ".join(dict.fromkeys([*kept, *self._draft.cards])) or "none"
        _log.warning(
            "assigned to card %r, which is not on the page (cards there: %s); "
            "the edit has no effect unless the card is added before the next save",
            key,
            there,
            stacklevel=5,
        )

    def _take(self) -> list[Edit]:
        edits, self._edits = self._edits, []
        if self._draft.cards:
            self._draft = PageState()
        if self._assigned:
            self._assigned = {}
        if self._dropped:
            self._dropped = set()
        return edits


class _Turn:
    """What `asyncio.sleep(0)` does, with nothing around it: one iteration of the event loop."""

    def __await__(self) -> Generator[None]:
        yield


_TURN = _Turn()


class AsyncPage(PageBase):
    """The page of a query: edit it, then `await page.save()`.

    Attributes:
        url: Its address: the route of a `broadcast` app, otherwise an unguessable name.
    """

    def __init__(self, target: Target, forgive: Forgive | None = None, *, url: str = "") -> None:
        super().__init__(target, forgive)
        self.url = url if url.startswith("/") else f"/{url}"

    @property
    def state(self) -> PageState:
        """The cards as last saved."""
        return self._target.state

    async def load(self) -> dict[str, Any]:
        """Return the page as it was last saved, as plain JSON."""
        return self._target.state.to_json()

    def forget(self) -> None:
        """Drop the history before the last save, also for a tab that reconnects."""
        self._target.forget()

    async def save(self) -> None:
        """Send the edits made since the last save, all or none.

        Yields to other tasks, unless they have just run, so that a handler that saves in a loop
        does not starve them.

        Raises:
            RowError: If an edit no longer fits its buffer.
            LimitError: If the page would grow past its bound. The edits are forgotten;
                later saves are unaffected.
        """
        if self.commit():
            await _TURN

    def commit(self) -> bool:
        """Do what `save` does, without letting other tasks run.

        Returns:
            Whether to yield to the event loop before more is saved.
        """
        edits = self._take()
        return not edits or self._target.commit(edits)

    def when_due(self, save: Callable[[], None]) -> None:
        """Call a function that edits the page and calls `commit` right before the next frame.

        A source that changes more often than frames are sent is read once per frame. Further calls
        with the same function until then do nothing.
        """
        self._target.when_due(save)


class Page(PageBase):
    """A page outside of a query, such as one made for a test; `save` does not wait."""

    def __init__(self, target: Target | None = None) -> None:
        super().__init__(target or _Detached())

    def load(self) -> dict[str, Any]:
        """Return the page as it was last saved, as plain JSON."""
        return self._target.state.to_json()

    def save(self) -> None:
        """Apply the edits made since the last save, all or none."""
        edits = self._take()
        if edits:
            self._target.commit(edits)


class _Detached:
    """Target of a page without watchers."""

    tail = None

    def __init__(self) -> None:
        self.state = PageState()

    def commit(self, edits: list[Edit]) -> bool:
        for edit in edits:
            self.state.apply(resolve(edit, self.state, named_components))
        return True

    def when_due(self, save: Callable[[], None]) -> None:
        """Save now: there are no frames."""
        save()

    def forget(self) -> None:
        """There is no past to drop."""
