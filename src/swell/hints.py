"""Annotations of classes and functions, taken apart."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

__all__ = ["unwrap"]


def unwrap(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return an annotation without `Annotated`, and its metadata.

    >>> unwrap(Annotated[int, "at least 1"])
    (<class 'int'>, ('at least 1',))
    """
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        return inner, tuple(notes)
    return hint, ()
