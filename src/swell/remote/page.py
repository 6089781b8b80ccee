"""Pages of a server, edited by a program: what the program has put there is remembered here.

Edits are checked when they are written, like those of `q.page`. A save sends them as ops. If the
server has lost the page, the save sends all cards that the program has put there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from swell.cards.base import CARDS, Forgive, named_components
from swell.cards.base import Card as CardBase
from swell.errors import PushError
from swell.live.edits import Edit, resolve
from swell.live.ops import Segment
from swell.live.state import PageState
from swell.page.checks import card_key, where_of
from swell.page.page import PageBase, Ref
from swell.page.wave_form import spelled
from swell.schema.data import Data
from swell.schema.json_value import json_value
from swell.site import Saved

if TYPE_CHECKING:
    from swell.page.card_ref import CardRef

__all__ = ["RemotePage", "Saving"]

LATE_MAX = 1_000
"""Ops for cards of other programs that wait while the server does not answer."""


class Saving(Protocol):
    """Applies ops to pages: a server in this process, or one at an address."""

    def save(
        self,
        url: str,
        ops: list[dict[str, Any]],
        *,
        strict: bool = ...,
        page: str = ...,
        save: tuple[str, int] | None = ...,
    ) -> Saved:
        """Apply the ops of one save, all or none."""


class _Own:
    """The cards that this program has put on a page, as last saved."""

    tail = None

    def __init__(self) -> None:
        self.state = PageState()

    def commit(self, edits: list[Edit]) -> bool:
        for edit in edits:
            self.state.apply(resolve(edit, self.state, named_components))
        return True

    def when_due(self, save: Callable[[], None]) -> None:
        save()

    def forget(self) -> None:
        pass


class RemotePage(PageBase):
    """A page of a server.

    Attributes:
        url: Its address, such as `/demo`.

    Args:
        url: Its address.
        writer: Name of this program.
        count: Returns the number of a save, larger each time.
        forgive: Called with what H2O Wave ignores; None makes it an error.
    """

    def __init__(
        self, url: str, writer: str, count: Callable[[], int], forgive: Forgive | None = None
    ) -> None:
        self._own = _Own()
        super().__init__(self._own, forgive)
        self.url = url
        self._writer = writer
        self._count = count
        self._ops: list[dict[str, Any]] = []
        self._late: list[dict[str, Any]] = []
        self._behind = False
        self._epoch = ""
        self._lock = threading.RLock()

    # ------------------------------------------------------------------------------------ edits

    def add(self, key: str, card: CardBase | Mapping[str, Any]) -> CardRef:
        """Put a card on the page; see `swell.page.page.PageBase.add`."""
        card_key(key)
        if isinstance(card, Mapping) and key and self._forgive is not None and not _drawn(card):
            # Wave's server keeps whatever it is given; so does ours, for programs that load it.
            super().__delitem__(key)
            where = f"card {key!r}"
            checked = {
                name: value if isinstance(value, Data) else json_value(value, where)
                for name, value in card.items()
            }
            self._ops.append({"k": key, **spelled(checked)})
            return self[key]
        super().add(key, card)
        if key in self._draft.cards:
            self._ops.append({"k": key, **spelled(self._draft.cards[key])})
        return self[key]

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._ops.append({"k": key})

    def drop(self) -> None:
        """Remove all cards; a page without cards ends when it is saved."""
        super().drop()
        self._ops.append({})

    def _assign(self, key: str, path: tuple[Segment, ...], value: Any) -> None:
        super()._assign(key, path, value)
        if not isinstance(value, Ref):  # the assignment that Python makes after `+=`
            plain = json_value(value, where_of(key, path))
            self._ops.append({"k": _joined(key, path), "v": plain})

    def _append(self, key: str, path: tuple[Segment, ...], row: Any) -> None:
        text = isinstance(row, str)
        if not text or self._card(key) is not None:
            super()._append(key, path, row)
        plain = json_value(row, where_of(key, path))
        if text or len(path) > 1:
            self._ops.append({"k": _joined(key, path), "x": plain})
        else:
            self._ops.append({"k": _joined(key, (*path, "__append__")), "v": plain})

    def extend(self, key: str, path: tuple[Segment, ...], tail: str) -> None:
        """Append to the text at `path` below a card."""
        self._append(key, path, tail)

    def _stream(self, key: str, prop: Segment, index: Segment, value: list[Any]) -> bool:  # noqa: ARG002
        return False  # each edit is an op

    def _lengthen(self, key: str, path: tuple[Segment, ...], tail: str) -> bool:  # noqa: ARG002
        return False

    def _absent(self, key: str) -> None:
        """Another program may have put the card there."""

    # ------------------------------------------------------------------------------------- save

    def _taken(self) -> list[dict[str, Any]]:
        """Return the ops since the last save, and note what they make of the program's cards."""
        ops, self._ops = self._ops, []
        self._own.commit(self._take())
        return ops

    def _send(self, ops: list[dict[str, Any]], server: Saving) -> tuple[str, ...]:
        """Send ops, or all cards if the server may lack some; return what it left out.

        One call at a time: in the event loop of a server, or with the lock of the page.
        """
        if self._behind:
            self._keep(ops)
            ops = self._whole()
        number = self._count()
        try:
            try:
                saved = self._save(server, ops, self._epoch, number)
            except PushError as error:
                if error.reason != "page_lost":
                    raise
                if not self._behind:
                    self._keep(ops)
                saved = self._save(server, self._whole(), "", self._count())
        except PushError as error:
            if error.reason == "unreachable" or error.reason.startswith("http_5"):
                if not self._behind:
                    self._keep(ops)
                self._behind = True
            raise
        self._epoch, self._behind, self._late = saved.page, False, []
        return saved.ignored

    def _save(self, server: Saving, ops: list[dict[str, Any]], page: str, number: int) -> Saved:
        strict = self._forgive is None
        return server.save(self.url, ops, strict=strict, page=page, save=(self._writer, number))

    def _keep(self, ops: list[dict[str, Any]]) -> None:
        """Keep the ops that are not in the program's cards."""
        for op in ops:
            key, below, _ = op.get("k", "").partition(" ")
            if not key:
                self._late.clear()
            if (not below and "d" not in op) or key not in self._own.state.cards:
                self._late.append(op)
        del self._late[:-LATE_MAX]

    def _whole(self) -> list[dict[str, Any]]:
        cards = self._own.state.cards
        return [*self._late, *({"k": key, **spelled(card)} for key, card in cards.items())]

    def _report(self, ignored: tuple[str, ...]) -> None:
        """Pass on what the server left out."""
        for said in ignored:
            if self._forgive is not None:
                self._forgive(said)


def _drawn(card: Mapping[str, Any]) -> bool:
    return card.get("view") in CARDS and isinstance(card.get("box"), str)


def _joined(key: str, path: tuple[Segment, ...]) -> str:
    return " ".join(map(str, (key, *path)))
