"""Cards as H2O Wave writes them in JSON: buffers stand beside the card, by their place in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swell.live.buffer import Buffer, own
from swell.schema.data import Data

__all__ = ["revived", "spelled"]

_KINDS = {"l": "list", "m": "map", "c": "cyclic", "f": "fixed"}
_SLOTS = 10  # of a cyclic or fixed buffer whose size is not given


def spelled(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return a card with its buffers: `{"d": properties, "b": [buffer, ...]}`.

    A buffer at `data` is in `b`, and `d` has its index in there as `~data`; one deeper in the card
    leaves `{}` in its place. Without buffers there is no `b`.

    >>> spelled({"view": "chatbot", "data": Data("content", t="list")})
    {'d': {'view': 'chatbot', '~data': 0}, 'b': [{'l': {'f': ['content'], 'n': 0}}]}
    """
    buffers: list[dict[str, Any]] = []
    places: dict[str, int] = {}

    def walk(value: Any, place: str) -> Any:
        if isinstance(value, Buffer | Data):
            places[f"~{place}"] = len(buffers)
            buffers.append(_buffer(value) if isinstance(value, Buffer) else value.dump())
            return {}
        if isinstance(value, Mapping):
            return {key: walk(one, f"{place}.{key}") for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [walk(one, f"{place}.{index}") for index, one in enumerate(value)]
        return value

    properties = {}
    for name, value in card.items():
        kept = walk(value, name)
        if f"~{name}" not in places and kept is not None:
            properties[name] = kept
    properties.update(places)
    return {"d": properties, "b": buffers} if buffers else {"d": properties}


def revived(properties: Mapping[str, Any], buffers: Sequence[Any]) -> dict[str, Any]:
    """Return the card that `spelled` wrote, with `Data` where its buffers are.

    Raises:
        ValueError: If a buffer is malformed, or its place is not in the card.
    """
    card = {name: value for name, value in properties.items() if not name.startswith("~")}
    for name, index in properties.items():
        if not name.startswith("~"):
            continue
        if type(index) is not int or not 0 <= index < len(buffers):
            raise ValueError(f"{name} names no buffer")
        *above, last = name[1:].split(".")
        holder: Any = card
        for step in above:
            holder = _below(holder, step)
        if not isinstance(holder, dict):
            raise ValueError(f"{name} is not a place in the card")
        holder[last] = _data(buffers[index])
    return card


def _below(holder: Any, step: str) -> Any:
    if isinstance(holder, dict) and step in holder:
        return holder[step]
    if isinstance(holder, list) and step.isdecimal() and int(step) < len(holder):
        return holder[int(step)]
    raise ValueError(f"{step} is not a place in the card")


def _buffer(buffer: Buffer) -> dict[str, Any]:
    fields, rows = list(buffer.fields), buffer.rows
    if buffer.kind == "map":
        return {"m": {"f": fields, "d": {str(row.id): own(row.cells) for row in rows}}}
    if buffer.kind != "cyclic":
        body = {"f": fields, "d": [own(row.cells) for row in rows], "n": len(rows)}
        return {buffer.kind[0]: body}
    slots: list[Any] = [None] * buffer.capacity
    for row in rows:
        assert isinstance(row.id, int)  # they are counted
        slots[row.id % buffer.capacity] = own(row.cells)
    at = buffer.next_id % buffer.capacity
    return {"c": {"f": fields, "d": slots, "n": buffer.capacity, "i": at}}


def _data(buffer: Any) -> Data:
    if not isinstance(buffer, dict) or len(buffer) != 1:
        raise ValueError("a buffer is an object with one key")
    [(letter, body)] = buffer.items()
    if letter not in _KINDS or not isinstance(body, dict):
        raise ValueError(f"there are buffers of the kinds {', '.join(_KINDS)}, got {letter!r}")
    fields, rows, size, at = (body.get(name) for name in "fdni")
    if type(size) is not int:
        size = len(rows) if letter == "c" and isinstance(rows, list) else 0
    if letter in ("m", "l"):
        return Data(fields, 0, rows, _KINDS[letter])  # type: ignore[arg-type]  # it checks them
    size = abs(size) or _SLOTS
    if letter == "f":
        return Data(fields, size, rows, "fixed")  # type: ignore[arg-type]
    if isinstance(rows, list):
        first = at if type(at) is int and 0 <= at < len(rows) else 0
        rows = [row for row in (*rows[first:], *rows[:first]) if row is not None]
    made = Data(fields, -size, rows, "cyclic")  # type: ignore[arg-type]
    made.capacity = size
    return made
