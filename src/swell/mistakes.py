"""Errors for calls that cannot be meant: a mistyped argument, a decorator without parentheses."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import wraps
from typing import Any, TypeVar

__all__ = ["check_handler", "check_names", "check_route", "did_you_mean", "near_miss"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def near_miss(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean ...?` for a name that resembles a known one, else nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f", did you mean `{close[0]}`?" if close else ""


def did_you_mean(function: _Function) -> _Function:
    """Make a function name the argument that was probably meant by a mistyped one."""
    known = inspect.signature(function).parameters

    @wraps(function)
    def checked(*args: Any, **given: Any) -> Any:
        check_names(function.__name__, given, known)
        return function(*args, **given)

    return checked  # type: ignore[return-value] # it takes and returns the same


def check_names(function: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Check the names of keyword arguments.

    Raises:
        TypeError: If a name is unknown; the message suggests the likely one.
    """
    for name in given:
        if name not in known:
            hint = near_miss(name, known)
            raise TypeError(f"{function}() has no argument `{name}`{hint}")


def check_route(decorator: str, route: object) -> None:
    """Check the first argument of a decorator such as `@chat`.

    Raises:
        TypeError: If it is the function itself, without the parentheses of a call, or not a text.
    """
    if callable(route):
        raise TypeError(
            f"@{decorator} needs parentheses: write @{decorator}('/') above `{_name(route)}`"
        )
    if not isinstance(route, str):
        raise TypeError(f"route must be a path such as '/', got {route!r}")


def check_handler(decorator: str, handler: Callable[..., Any], argument: str) -> None:
    """Check that a function can be called with the one argument that it will get.

    Raises:
        TypeError: If it cannot.
    """
    try:
        signature = inspect.signature(handler)
    except (TypeError, ValueError):  # of a callable written in C
        return
    try:
        signature.bind(object())
    except TypeError:
        name = _name(handler)
        raise TypeError(
            f"`{name}{signature}` cannot answer for @{decorator}: it is called with one argument, "
            f"so write `{name}({argument})`"
        ) from None


def _name(function: object) -> str:
    return getattr(function, "__name__", type(function).__name__)
