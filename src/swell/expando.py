"""Expando: a dict whose items are attributes too, and whose missing ones are None."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Expando:
    """Holds whatever a handler puts in: `q.args`, `q.client`, `q.user`, `q.app`.

    It wraps the dict it is given, without copying it. Reading a missing name gives None. It is true
    even when empty, as code written for Wave expects.

    >>> e = Expando({"name": "Ada"})
    >>> e.name, e["name"], e.age
    ('Ada', 'Ada', None)
    >>> e.age = 36
    >>> "age" in e, sorted(e)
    (True, ['age', 'name'])
    """

    __slots__ = ("_items",)

    _items: dict[str, Any]

    def __init__(self, args: dict[str, Any] | None = None) -> None:
        object.__setattr__(self, "_items", args if isinstance(args, dict) else {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # so that copy, pickle and inspect see an ordinary object
        return self._items.get(name)

    def __getitem__(self, name: str) -> Any:
        return self._items.get(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._items[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        self._items[name] = value

    def __delattr__(self, name: str) -> None:
        del self._items[name]

    def __delitem__(self, name: str) -> None:
        del self._items[name]

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return repr(self._items)

    def __str__(self) -> str:
        return ", ".join(f"{key}:{value!r}" for key, value in self._items.items())

    def __getstate__(self) -> dict[str, Any]:
        return self._items

    def __setstate__(self, state: dict[str, Any]) -> None:
        object.__setattr__(self, "_items", dict(state))  # an independent copy


def expando_to_dict(e: Expando) -> dict[str, Any]:
    """Return the dict inside `e`; changing it changes `e`."""
    return e._items


def copy_expando(
    source: Expando,
    target: Expando,
    exclude_keys: Iterable[str] | None = None,
    include_keys: Iterable[str] | None = None,
) -> Expando:
    """Copy items from `source` to `target` and return `target`.

    Args:
        source: Where to read.
        target: Where to write.
        exclude_keys: Left out, also when included.
        include_keys: Only these; one that is missing in `source` is copied as None.
    """
    keys = list(source) if include_keys is None else list(include_keys)
    excluded = set(exclude_keys or ())
    for key in keys:
        if key not in excluded:
            target[key] = source[key]
    return target


def clone_expando(
    source: Expando,
    exclude_keys: Iterable[str] | None = None,
    include_keys: Iterable[str] | None = None,
) -> Expando:
    """Copy items from `source` into a new `Expando`; the values themselves are shared."""
    return copy_expando(source, Expando(), exclude_keys, include_keys)
