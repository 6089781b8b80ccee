"""What a handler writes to a buffer, against plain lists and dicts, on both sides of the wire.

A Hypothesis machine edits a page with one card of each kind. The model beside it knows Wave's
rules and nothing of ops; a second page state gets the ops as JSON, as a browser does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from swell import data, ui
from swell.cards.base import named_components
from swell.errors import RowError
from swell.live.edits import Edit
from swell.live.frames import FrameReader
from swell.live.page import LivePage
from swell.live.state import PageState
from swell.live.tail import Tail
from swell.page.page import Page
from swell.settings.table import Settings

SIZE = 3
FIELDS = "content from_user"
MAKE: dict[str, Callable[[], Any]] = {
    "list": lambda: data(FIELDS, t="list"),
    "map": lambda: data(FIELDS),
    "cyclic": lambda: data(FIELDS, -SIZE),
    "fixed": lambda: data(FIELDS, SIZE),
}

kinds = st.sampled_from(list(MAKE))
texts = st.text(alphabet="aé😀\n", max_size=4)
cells = st.tuples(texts, st.booleans() | st.none() | st.sampled_from([1, 1.5, [1], [True]]))
rows = st.none() | cells.map(list) | cells
keys = st.integers(-4, 5) | st.sampled_from(["0", "2", "-1", "10", "9", "k", "ä"])

Row = list[Any] | None


class Model:
    """Wave's buffers as plain Python: a list of rows, or a dict for a map."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.rows: list[Row] = [None] * SIZE if kind == "fixed" else []
        self.keyed: dict[str, Row] = {}

    def seen(self) -> list[Row]:
        """Return the rows in the order in which they are shown."""
        if self.kind != "map":
            return self.rows
        numbers = sorted((k for k in self.keyed if k.lstrip("-").isdigit()), key=int)
        return [self.keyed[k] for k in [*numbers, *sorted(self.keyed.keys() - set(numbers))]]

    def position(self, key: Any) -> int | None:
        try:
            index = int(key)
        except ValueError:
            return None
        return index if -len(self.rows) <= index < len(self.rows) else None

    def push(self, row: Row) -> None:
        if self.kind in ("map", "fixed"):
            raise RowError("", "", "")
        self.rows = [*self.rows, row]
        if self.kind == "cyclic":
            self.rows = self.rows[-SIZE:]

    def write(self, key: Any, row: Row) -> None:
        position = self.position(key)
        if self.kind == "map" and row is None:
            self.keyed.pop(str(key), None)
        elif self.kind == "map":
            self.keyed[str(key)] = row
        elif self.kind == "cyclic":
            self.push(row)
        elif position is not None:
            self.rows[position] = row
        elif self.kind == "fixed":
            raise RowError("", "", "")
        elif row is not None:
            self.push(row)

    def write_cell(self, key: Any, column: int, value: Any) -> None:
        if self.kind == "map":
            row = self.keyed.get(str(key))
        else:
            position = self.position(key)
            row = None if position is None else self.rows[position]
        if row is not None:
            row[column] = value

    def write_all(self, rows: list[Row] | dict[Any, Row]) -> None:
        if self.kind == "map":
            pairs = rows.items() if isinstance(rows, dict) else enumerate(rows)
            self.keyed = {str(k): row for k, row in pairs if row is not None}
        elif isinstance(rows, dict) or (self.kind == "fixed" and len(rows) > SIZE):
            raise RowError("", "", "")
        elif self.kind == "fixed":
            self.rows = [*rows, *[None] * (SIZE - len(rows))]
        else:
            for row in rows:
                self.push(row)


class Watched:
    """A live page, and what a browser that gets its frames makes of them."""

    def __init__(self) -> None:
        self.live = LivePage("e", Settings(), named_components)
        self.reader = FrameReader()
        self.browser = PageState()

    @property
    def state(self) -> PageState:
        return self.live.state

    def commit(self, edits: list[Edit]) -> bool:
        before = self.live.seq
        if self.live.commit(edits, now=0):
            ops = self.reader.read(self.live.frame(before), before)
            assert ops is not None
            self.browser.apply(ops.o)
        return True

    @property
    def tail(self) -> Tail | None:
        return self.live.tail

    def when_due(self, save: Callable[[], None]) -> None:
        save()

    def forget(self) -> None:
        self.live.forget()


def listed(row: Any) -> Row:
    """Return a row as it is stored: a separate list."""
    return None if row is None else list(row)


class Buffers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.target = Watched()
        self.page = Page(self.target)
        self.models: dict[str, Model] = {}
        for kind in MAKE:
            self.put(kind)
        self.page.save()

    @rule(kind=kinds)
    def put(self, kind: str) -> None:
        self.page[kind] = ui.chatbot_card("1 1 1 1", "c", MAKE[kind]())
        self.models[kind] = Model(kind)

    @rule()
    def save(self) -> None:
        self.page.save()
        self.everybody_sees_the_same()
        for kind, model in self.models.items():
            buffer = self.target.state.cards[kind]["data"]
            # As text, since to Python 1, 1.0 and True are equal.
            assert json.dumps([row.cells for row in buffer.rows]) == json.dumps(model.seen()), kind
            ids = [row.id for row in buffer.rows]
            assert len(set(ids)) == len(ids)

    @rule(kind=kinds, key=keys, row=rows)
    def write_row(self, kind: str, key: Any, row: Any) -> None:
        self.both(
            lambda: self.page[kind].data.__setitem__(key, row),
            lambda: self.models[kind].write(key, listed(row)),
        )

    @rule(kind=kinds, row=rows)
    def push(self, kind: str, row: Any) -> None:
        def add() -> None:
            self.page[kind].data += row

        self.both(add, lambda: self.models[kind].push(listed(row)))

    @rule(kind=kinds, row=rows)
    def push_on_a_variable(self, kind: str, row: Any) -> None:
        def add() -> None:
            buffer = self.page[kind].data
            buffer += row

        self.both(add, lambda: self.models[kind].push(listed(row)))

    @rule(kind=kinds, key=keys, field=st.sampled_from(["content", 0]), value=texts)
    def write_text(self, kind: str, key: Any, field: Any, value: str) -> None:
        self.page[kind].data[key][field] = value
        self.models[kind].write_cell(key, 0, value)

    @rule(kind=kinds, key=keys, value=st.booleans() | st.none() | st.just(1))
    def write_attribute(self, kind: str, key: Any, value: Any) -> None:
        self.page[kind].data[key].from_user = value
        self.models[kind].write_cell(key, 1, value)

    @rule(kind=kinds, some=st.lists(rows, max_size=5))
    def write_all(self, kind: str, some: list[Any]) -> None:
        self.both(
            lambda: setattr(self.page[kind], "data", some),
            lambda: self.models[kind].write_all([listed(row) for row in some]),
        )

    @rule(kind=kinds, some=st.dictionaries(keys.map(str), rows, max_size=4))
    def write_all_by_key(self, kind: str, some: dict[Any, Any]) -> None:
        self.both(
            lambda: setattr(self.page[kind], "data", some),
            lambda: self.models[kind].write_all({k: listed(row) for k, row in some.items()}),
        )

    @rule(kind=st.sampled_from(["list", "map", "fixed"]), key=keys, tokens=st.lists(texts))
    def stream(self, kind: str, key: Any, tokens: list[str]) -> None:
        """Wave's own idiom: the row again and again, with a longer text."""
        text = ""
        for token in tokens:
            text += token
            self.both(
                lambda: self.page[kind].data.__setitem__(key, [text, False]),  # noqa: B023
                lambda: self.models[kind].write(key, [text, False]),  # noqa: B023
            )

    def both(self, write: Callable[[], None], model: Callable[[], None]) -> None:
        """Do the same to page and model, which must agree about what is refused."""
        try:
            model()
        except RowError:
            with pytest.raises(RowError):
                write()
        else:
            write()

    @invariant()
    def everybody_sees_the_same(self) -> None:
        state = self.target.state.to_json()
        assert json.dumps(self.target.browser.to_json()) == json.dumps(state)

    def teardown(self) -> None:
        self.save()


TestBuffers = Buffers.TestCase
TestBuffers.settings = settings(max_examples=150, stateful_step_count=40)
