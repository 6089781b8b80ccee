"""Reading what somebody else made: objects of an SDK or plain dicts, in the same way."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

__all__ = ["MAX_ARGS", "arguments", "field", "items", "number", "plain", "text"]

MAX_ARGS = 1_000_000
"""Longest arguments that are taken from a model for one tool call, in characters of JSON."""


def field(thing: object, name: str) -> object:
    """Return an attribute or key, None where there is none."""
    if isinstance(thing, dict):
        return thing.get(name)
    return getattr(thing, name, None)


def text(thing: object, name: str) -> str:
    """Return a text, empty where there is none."""
    found = field(thing, name)
    return found if isinstance(found, str) else ""


def number(thing: object, *names: str) -> int:
    """Return the first of some counts that is there, else 0."""
    for name in names:
        found = field(thing, name)
        if isinstance(found, int):
            return found
    return 0


def items(thing: object, name: str) -> Sequence[object]:
    """Return a list, empty where there is none."""
    found = field(thing, name)
    return found if isinstance(found, list | tuple) else ()


def arguments(found: object) -> dict[str, object] | None:
    """Return complete arguments of a tool call; None while they are not complete.

    Args:
        found: A dict, or JSON text, possibly only its beginning.
    """
    if isinstance(found, str):
        if not found.rstrip().endswith("}") or len(found) > MAX_ARGS:
            return None
        try:
            found = msgspec.json.decode(found)
        except msgspec.DecodeError:
            return None
    return (
        {str(key): plain(value) for key, value in found.items()}
        if isinstance(found, dict)
        else None
    )


def plain(value: object) -> object:
    """Return JSON of anything: what has no form in JSON becomes text."""
    try:
        return msgspec.to_builtins(value, enc_hook=_dumped, str_keys=True)
    except (TypeError, ValueError, RecursionError):
        return str(value)


def _dumped(value: object) -> object:
    dump = getattr(value, "model_dump", None)  # of pydantic, which the packages use
    return dump(mode="json") if callable(dump) else str(value)
