"""Read fields of SDK objects and of dicts in the same way."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec

from swell.coerce import as_text, coerce, well_formed
from swell.errors import DECODE_ERRORS

__all__ = [
    "INCOMPLETE",
    "MAX_ARGS",
    "UnknownChunkError",
    "argument_fault",
    "arguments",
    "decoded",
    "field",
    "items",
    "json_text",
    "jsonable",
    "new_call_id",
    "number",
    "text",
]

MAX_ARGS = 1_000_000
"""Longest arguments that are taken from a model for one tool call, in characters of JSON."""

INCOMPLETE = "its arguments are incomplete."
"""Fault of a call whose arguments are still arriving, or never arrived completely."""

_QUOTED = 500  # characters of wrong arguments that a fault repeats


class UnknownChunkError(TypeError):
    """A chunk is of a known package or a built-in type, but nothing that its streams yield."""


def new_call_id() -> str:
    """Return a unique id for a tool call that arrived without one."""
    return f"call_{secrets.token_hex(12)}"


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
        if isinstance(found, float) and found.is_integer():  # of a server that has no other numbers
            return int(found)
    return 0


def items(thing: object, name: str) -> Sequence[object]:
    """Return a list, empty where there is none."""
    found = field(thing, name)
    return found if isinstance(found, list | tuple) else ()


def arguments(found: object) -> dict[str, object] | None:
    """Return complete arguments of a tool call; None while they are not complete.

    Args:
        found: A dict, or JSON text, possibly only its beginning. The text `null` means no
            arguments.
    """
    if isinstance(found, str):
        if not found.rstrip().endswith(("}", "null")) or len(found) > MAX_ARGS:
            return None
        try:
            found = _decoded(found)
        except (ValueError, RecursionError):
            return None
        found = {} if found is None else found
    return (
        {str(key): jsonable(value) for key, value in found.items()}
        if isinstance(found, dict)
        else None
    )


def argument_fault(found: str, *, cut: bool = False) -> str:
    """Return the error in the arguments of a finished tool call, for the model.

    Args:
        found: The text that the model wrote.
        cut: Whether the answer was cut off, as at a limit of tokens.

    Returns:
        Sentences that follow the name of the tool; empty when the arguments are an object, `null`,
        or missing in an answer that was not cut off.
    """
    blank = not found.strip()
    if (blank and not cut) or (not blank and arguments(found) is not None):
        return ""
    received = f" Received: {found[:_QUOTED]}" if not blank else ""
    if cut:
        return f"its arguments were cut off before they were complete.{received}"
    if len(found) > MAX_ARGS:
        return f"its arguments are longer than {MAX_ARGS:,} characters.{received}"
    try:
        reason = f"are {_KINDS[type(_decoded(found))]}"
    except RecursionError:
        reason = "are nested too deeply"
    except ValueError as error:
        reason = f"are not valid JSON ({error})"
    return f"its arguments {reason}. Send one JSON object.{received}"


_KINDS = {
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


def _decoded(text: str) -> object:
    """Decode JSON as the standard says it, and no key twice: which value is meant is a guess."""
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise ValueError(f"{twice!r} is given twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def jsonable(value: object) -> object:
    """Return any value as JSON; a value that JSON cannot hold becomes text."""
    try:
        return _well_formed(
            msgspec.to_builtins(value, enc_hook=_dumped, str_keys=True, builtin_types=_BYTES)
        )
    except (TypeError, ValueError, RecursionError):
        return as_text(value)


def decoded(data: str | bytes) -> Any:
    """Decode JSON, also with half of a character, as a server sends one that is cut in two.

    Raises:
        ValueError: If it is not JSON.
    """
    try:
        return msgspec.json.decode(data)
    except DECODE_ERRORS:
        pass
    try:
        return json.loads(data, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def json_text(value: object) -> str:
    """Return a value of `jsonable` as text, also with numbers too large for most decoders."""
    try:
        return msgspec.json.encode(value).decode()
    except (OverflowError, RecursionError):
        return msgspec.json.encode(coerce(value)).decode()


_BYTES = (bytes, bytearray, memoryview)


def _well_formed(value: object) -> object:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list | tuple):
        return [_well_formed(item) for item in value]
    if isinstance(value, dict):
        return {_well_formed(key): _well_formed(item) for key, item in value.items()}
    return coerce(value) if isinstance(value, _BYTES) else value


def _dumped(value: object) -> object:
    dump = getattr(value, "model_dump", None)  # of pydantic, which the packages use
    return dump(mode="json") if callable(dump) else str(value)
