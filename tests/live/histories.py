"""Random histories of edits, for what must hold after any of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

from swell.cards.base import named_components
from swell.errors import RowError
from swell.live.buffer import Buffer
from swell.live.edits import (
    AddCard,
    AppendRow,
    Assign,
    DropCard,
    DropPage,
    Edit,
    Extend,
    Prepend,
    resolve,
)
from swell.live.ops import Op
from swell.live.state import PageState
from swell.live.tail import Tail

FIELDS = ("content", "from_user")
KINDS = ("list", "map", "cyclic", "fixed")

_texts = st.text(alphabet="ab é😀\n", max_size=5)
_parts = st.lists(
    st.recursive(
        st.builds(lambda text: {"type": "text", "text": text}, _texts)
        | st.sampled_from([1, True, None, "s", {"type": "call", "args": {"q": [1, 2]}}]),
        lambda inner: st.builds(
            lambda name, parts: {"type": "call", "name": name, "parts": parts},
            _texts,
            st.lists(inner, max_size=3),
        ),
        max_leaves=4,
    ),
    max_size=4,
)
_sides = st.sampled_from([True, False, None, 1, 1.5, [1], [True]]) | _parts
_cells = st.tuples(_texts, _sides).map(list)
_cards = st.sampled_from(["a", "a", "a", "b"])  # mostly one, so that steps meet
_row_keys = st.sampled_from([0, 1, 2, -1, -2, 5, "0", "10", "9", "k"])
_values = st.none() | _texts | st.sampled_from([1, True, 0.5, {"b": "x"}, [{"text": "y"}]])
_below = st.lists(
    st.sampled_from([0, 1, -1, "text", "parts", "args", "q", "name", "new"]), min_size=1, max_size=4
)
_items = st.lists(_texts.map(lambda text: {"text": {"name": "t", "content": text}}), max_size=3)


def one_step() -> st.SearchStrategy[tuple[Any, ...]]:
    """Return single steps: a verb and what it needs."""
    return st.one_of(
        st.tuples(st.just("add"), _cards, st.sampled_from(KINDS)),
        st.tuples(st.sampled_from(["drop", "clear"]), _cards),
        st.tuples(st.just("row"), _cards, _row_keys, st.none() | _cells),
        st.tuples(st.just("cell"), _cards, _row_keys, st.sampled_from(["content", 1]), _texts),
        st.tuples(st.just("push"), _cards, _cells),
        st.tuples(st.just("all"), _cards, st.lists(st.none() | _cells, max_size=4)),
        st.tuples(st.just("stream"), _cards, st.integers(0, 3), _texts),
        st.tuples(st.just("anew"), _cards, st.integers(0, 3), _texts),
        st.tuples(st.just("set"), _cards, st.sampled_from(["value", "theme"]), _values),
        st.tuples(st.just("below"), _cards, st.sampled_from(["b", "c"]), _values),
        st.tuples(st.just("extend"), _cards, _texts),
        st.tuples(st.just("tail"), _cards, st.none() | _row_keys, _texts),
        st.tuples(st.just("change"), _cards, st.integers(0, 3), st.integers(0, 99), _texts),
        st.tuples(st.just("inside"), _cards, _row_keys, _below, _values),
        st.tuples(st.just("grow"), _cards, _row_keys, _below, _texts | _parts),
        st.tuples(st.just("items"), _cards, _items),
        st.tuples(st.just("item"), _cards, st.integers(0, 2), _texts),
        st.tuples(st.just("named"), _cards, _texts),
        st.tuples(st.just("prepend"), _cards, _items),
    )


def steps() -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Return histories of such steps."""
    start = st.sampled_from(KINDS).map(lambda kind: [("add", "a", kind)])
    return st.tuples(start, st.lists(one_step(), min_size=6, max_size=40)).map(
        lambda two: [*two[0], *two[1]]
    )


def card(kind: str) -> dict[str, Any]:
    """Return a card with a buffer, a text, an object and a list."""
    slots = [(i, None) for i in range(3)] if kind == "fixed" else []
    return {
        "view": "chatbot",
        "box": "1 1 2 2",
        "data": Buffer(kind, FIELDS, slots, capacity=3 if kind == "cyclic" else 0),
        "value": "v",
        "theme": {"b": "x"},
        "items": [{"text": {"name": "t", "content": "hello"}}],
    }


def edit(step: Sequence[Any], state: PageState) -> Edit | None:
    """Return the edit of a step, None when it has no sense in this state."""
    verb, key, *rest = step
    here = state.cards.get(key)
    match verb, rest:
        case "add", [kind]:
            return AddCard(key, card(kind))
        case "drop", _:
            return DropCard(key)
        case "clear", _:
            return DropPage()
        case "row", [row, cells]:
            return Assign(key, ["data", row], cells)
        case "cell", [row, field, value]:
            return Assign(key, ["data", row, field], value)
        case "push", [cells]:
            return AppendRow(key, "data", cells)
        case "all", [rows]:
            return Assign(key, ["data"], rows)
        case "stream" | "anew", [position, tail] if here is not None:
            rows = here["data"].rows
            if position >= len(rows) or rows[position].cells is None:
                return None
            kind, row = here["data"].kind, rows[position]
            where = row.id if kind in ("map", "fixed") else position
            # As handlers stream, and as those that know the name of the field do.
            grown, rest = str(row.cells[0]) + tail, row.cells[1:]
            if verb == "anew":  # longer, too, and in other words
                grown = tail + str(row.cells[0])
            if position % 2:
                return Assign(key, ["data", where, "content"], grown)
            return Assign(key, ["data", where], [grown, *rest])
        case "change", [position, how, text] if here is not None:
            rows = here["data"].rows
            if position >= len(rows) or rows[position].cells is None:
                return None
            kind, row = here["data"].kind, rows[position]
            where = row.id if kind in ("map", "fixed") else position
            return Assign(key, ["data", where], [row.cells[0], changed(row.cells[1], how, text)])
        case "inside", [row, below, value]:
            return Assign(key, ["data", row, "from_user", *below], value)
        case "grow", [row, below, tail]:
            return Extend(key, ["data", row, "from_user", *below], tail)
        case "set", [prop, value]:
            return Assign(key, [prop], value)
        case "below", [name, value]:
            return Assign(key, ["theme", name], value)
        case "extend", [tail] if here is not None:
            return Assign(key, ["value"], str(here.get("value", "")) + tail)
        case "tail", [row, tail]:
            return Extend(key, ["value"] if row is None else ["data", row, "content"], tail)
        case "items", [items]:
            return Assign(key, ["items"], items)
        case "item", [index, text]:
            return Assign(key, ["items", index, "text", "content"], text)
        case "named", [text]:
            return Assign(key, ["t", "content"], text, by_name=True)
        case "prepend", [items]:
            return Prepend(key, "items", items)
    return None


def recorded(edits: list[Edit], tail: Tail | None) -> list[Edit]:
    """Return the edits of a save as a page records them: a text that grows takes a short way."""
    match edits:
        case [Assign(key, [prop, row], [*cells])]:
            grown = tail.assigned(key, (prop, row), cells) if tail is not None else None
            return [grown or Assign(key, [prop, row], cells, plain=True)]
        case [Extend(key, [prop, row, "content"], str(text))]:
            grown = tail.extended(key, (prop, row, "content"), text) if tail is not None else None
            return [grown or Extend(key, [prop, row, "content"], text, plain=True)]
    return edits


def changed(value: Any, how: int, text: str) -> Any:
    """Return a copy of a value that differs somewhere inside, as a handler makes it."""
    if isinstance(value, str):
        return value + text
    if isinstance(value, list) and value:
        index, rest = how % len(value), how // len(value)
        item = {"type": "text", "text": text}
        match rest % 5:
            case 0:
                return [*value[:index], item, *value[index:]]
            case 1:
                return [*value[:index], *value[index + 1 :]]
            case 2:
                return [*value[: index + 1], *value[index:]]
            case _:
                return [*value[:index], changed(value[index], rest, text), *value[index + 1 :]]
    if isinstance(value, dict) and value:
        name = sorted(value)[how % len(value)]
        return {**value, name: changed(value[name], how // len(value), text)}
    return [{"type": "text", "text": text}]


def ops_of(step: Sequence[Any], state: PageState) -> list[Op]:
    """Return the ops of a step against `state`; none when it is refused."""
    wanted = edit(step, state)
    if wanted is None:
        return []
    try:
        return resolve(wanted, state, named_components)
    except RowError:
        return []


def travelled(ops: list[Op]) -> list[Op]:
    """Return ops as the other side of the wire gets them."""
    return msgspec.json.decode(msgspec.json.encode(ops), type=list[Op])


def twin(state: PageState) -> PageState:
    """Return an independent copy, made as a browser makes it from a snapshot."""
    copy = PageState()
    copy.load(msgspec.json.decode(msgspec.json.encode(state.to_json())))
    return copy


def image(state: PageState) -> str:
    """Return everything there is as text: unlike `==`, it tells 1 from true."""
    return json.dumps(state.to_json(), sort_keys=True)
