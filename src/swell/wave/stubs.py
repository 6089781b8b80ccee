"""Stand-ins for unsupported names of Wave: they can be imported, and raise when used."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NoReturn

from swell.errors import NotSupportedError

from .names import ENUMS, FUNCTIONS, OTHER_TYPES


def class_name(function: str) -> str:
    """Return the name of the type that a function of `ui` makes.

    >>> class_name("text_xl")
    'TextXl'
    """
    return "".join(word.capitalize() for word in function.split("_"))


_FUNCTION_OF = {class_name(name): name for name in FUNCTIONS if name not in ("box", "boxes")}
TYPE_NAMES = frozenset(_FUNCTION_OF) | set(OTHER_TYPES)
"""Every type of Wave that `h2o_wave.types` has, constants aside."""


def make(name: str) -> Any:
    """Return the stand-in for a name of `ui`: a function, a type, or a class of constants.

    Raises:
        KeyError: If Wave has no such name.
    """
    if name in FUNCTIONS:
        return _function(name)
    if name in ENUMS:
        return _constants(name)
    if name in TYPE_NAMES:
        return unsupported_class(name, f"ui.{_FUNCTION_OF.get(name, name)}")
    raise KeyError(name)


def signature(function: str) -> inspect.Signature:
    """Return the signature of a function of Wave's `ui`."""
    kinds = inspect.Parameter
    parameters = []
    for word in FUNCTIONS[function].split():
        if word.endswith("!"):
            parameters.append(kinds(word[:-1], kinds.POSITIONAL_OR_KEYWORD))
        else:
            parameters.append(kinds(word, kinds.POSITIONAL_OR_KEYWORD, default=None))
    return inspect.Signature(parameters)


def refusal(value: object) -> str:
    """Return why a function or class refuses to be used; empty if it does not."""
    found = vars(value).get("refused", "") if callable(value) and hasattr(value, "__dict__") else ""
    return found if isinstance(found, str) else ""


def unsupported_function(name: str, qualified: str, hint: str = "") -> Callable[..., NoReturn]:
    """Return a function that raises `NotSupportedError` whatever it is given."""

    def refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
        raise NotSupportedError(qualified, hint)

    refuse.__name__ = refuse.__qualname__ = name
    refuse.refused = str(NotSupportedError(qualified, hint))  # type: ignore[attr-defined]
    refuse.__doc__ = f"Not part of Swell yet: raises `NotSupportedError` naming `{qualified}`."
    return refuse


def unsupported_class(name: str, qualified: str, hint: str = "") -> type:
    """Return a class that can be imported and named in annotations, but not made."""

    class Unsupported:
        refused = str(NotSupportedError(qualified, hint))

        def __new__(cls, *_args: Any, **_kwargs: Any) -> NoReturn:
            raise NotSupportedError(qualified, hint)

        @classmethod
        def load(cls, _d: Any) -> NoReturn:
            """Raise `NotSupportedError`."""
            raise NotSupportedError(qualified, hint)

    Unsupported.__name__ = Unsupported.__qualname__ = name
    Unsupported.__doc__ = f"Not part of Swell yet: raises `NotSupportedError` naming `{qualified}`."
    return Unsupported


def unsupported_object(qualified: str, hint: str = "") -> Any:
    """Return an object that can be imported and passed on, but raises on any use."""

    class Unsupported:
        __slots__ = ()

        def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
            raise NotSupportedError(qualified, hint)

        __call__ = __getitem__ = __setitem__ = __delitem__ = _refuse

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("__"):  # so that copy, inspect and doctest see an ordinary object
                raise AttributeError(name)
            raise NotSupportedError(f"{qualified}.{name}", hint)

        def __repr__(self) -> str:
            return f"<{qualified}, not part of Swell yet>"

    return Unsupported()


def functions(module: str, names: str, hint: str = "") -> list[Callable[..., NoReturn]]:
    """Return an unsupported function for each of some names, separated by spaces."""
    return [unsupported_function(name, f"{module}.{name}", hint) for name in names.split()]


def classes(module: str, names: str, hint: str = "") -> list[Any]:
    """Return an unsupported class for each of some names, separated by spaces."""
    return [unsupported_class(name, f"{module}.{name}", hint) for name in names.split()]


def _function(name: str) -> Callable[..., NoReturn]:
    function = unsupported_function(name, f"ui.{name}")
    function.__signature__ = signature(name)  # type: ignore[attr-defined]
    return function


def _constants(name: str) -> type:
    values = {word.upper().replace("-", "_"): word for word in ENUMS[name].split()}
    return type(name, (), {"__doc__": f"Values: {', '.join(values.values())}.", **values})
