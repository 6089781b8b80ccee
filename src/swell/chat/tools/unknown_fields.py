"""Names in the arguments of a tool that its types do not have, however deep they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import msgspec

from swell.hints import unwrap

__all__ = ["unknown_field"]


def unknown_field(hint: Any, value: object, path: str) -> str | None:
    """Return where a value has a name that its type does not have; None if it has none.

    A name that is misspelt must not leave the field that was meant at its default. Types that say
    themselves what becomes of other names are left alone.

    Args:
        hint: The type.
        value: JSON.
        path: Where the value is.
    """
    hint, _ = unwrap(hint)
    inner = [one for one in get_args(hint) if one is not type(None) and not isinstance(one, str)]
    if isinstance(value, list):
        pairs = [(one, item, f"{path}[{at}]") for at, item in enumerate(value) for one in inner]
        return None if _any_fits(inner, value, path) else _first(pairs)
    if not isinstance(value, Mapping):
        return None
    fields = _fields(hint)
    if fields is not None:
        for name in value:
            if name not in fields:
                return f"{path}.{name}"
        return _first([(fields[name], item, f"{path}.{name}") for name, item in value.items()])
    if get_origin(hint) in (dict, Mapping) and len(inner) == 2:
        return _first([(inner[1], item, f"{path}.{name}") for name, item in value.items()])
    found = [unknown_field(one, value, path) for one in inner]  # of a union: one of them fits
    return None if not found or None in found else found[0]


def _any_fits(inner: list[Any], value: list[object], path: str) -> bool:
    return not inner or any(
        all(unknown_field(one, item, path) is None for item in value) for one in inner
    )


def _first(pairs: Iterable[tuple[Any, object, str]]) -> str | None:
    return next((found for pair in pairs if (found := unknown_field(*pair)) is not None), None)


def _fields(hint: Any) -> dict[str, Any] | None:
    """Return the types of the fields of a type that has some, by their names in JSON."""
    if not isinstance(hint, type):
        return None
    if issubclass(hint, msgspec.Struct):
        tag = hint.__struct_config__.tag_field
        own = {one.encode_name: one.type for one in msgspec.structs.fields(hint)}
        return own | ({tag: str} if tag else {})
    if (model := getattr(hint, "model_fields", None)) is not None:
        return _model_fields(hint, model)
    if dataclasses.is_dataclass(hint) or is_typeddict(hint):
        try:
            hints = get_type_hints(hint)
        except NameError:
            return None
        return None if hasattr(hint, "__pydantic_config__") else hints
    return None


def _model_fields(hint: Any, model: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return those of a model of pydantic; None where it says what becomes of other names."""
    if "extra" in getattr(hint, "model_config", {}):
        return None
    found: dict[str, Any] = {}
    for name, one in model.items():
        alias = one.validation_alias or one.alias
        if alias is not None and not isinstance(alias, str):
            return None  # one of several, or a path
        found |= {name: one.annotation, alias or name: one.annotation}
    return found
