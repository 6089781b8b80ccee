"""Settings of a `@chat` app: a typed class becomes a form, and the submitted values its
instance."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from swell import ui
from swell.components.base import Component
from swell.expando import Expando
from swell.hints import unwrap
from swell.locales import Words

__all__ = ["PREFIX", "SettingsForm"]

PREFIX = "setting-"
"""Names of the controls begin with it."""

_LONG = 80  # code points from which a text gets more than a line


class SettingsForm:
    """The settings of a class.

    Args:
        cls: A `msgspec.Struct`, dataclass or `TypedDict` whose fields all have defaults. `bool`
            becomes a checkbox, `Literal` and `Enum` a choice, numbers and texts a field;
            `Annotated[float, Meta(ge=0, le=2, description="...")]` bounds and explains.

    Raises:
        TypeError: If a field has no default, or is of a type that no control is for.
    """

    def __init__(self, cls: type) -> None:
        self._cls = cls
        self._hints = get_type_hints(cls, include_extras=True)
        try:
            self.default = cls()
        except TypeError as error:
            raise TypeError(f"every field of {cls.__name__} needs a default: {error}") from None
        self.items({})  # a type that cannot be shown is found when the app starts

    def load(self, stored: Mapping[str, Any]) -> Any:
        """Return an instance made of stored values; those that do not fit any more are left out.

        Args:
            stored: JSON by field.
        """
        values = {}
        for name, value in stored.items():
            if name in self._hints:
                try:
                    values[name] = msgspec.convert(value, self._hints[name], strict=False)
                except msgspec.ValidationError:
                    continue
        return self._cls(**values)

    def items(self, stored: Mapping[str, Any]) -> list[Component]:
        """Return the controls with the stored values in them."""
        now = self.load(stored)
        return [self._control(name, getattr(now, name)) for name in self._hints]

    def read(self, args: Expando, words: Words) -> tuple[dict[str, Any], list[str]]:
        """Return the submitted values as JSON, and a message for each invalid one.

        Args:
            args: As `q.args`.
            words: The texts of the messages.
        """
        values: dict[str, Any] = {}
        faults = []
        for name, hint in self._hints.items():
            given = args[PREFIX + name]
            if given is None:
                continue
            if isinstance(given, str) and _kind(hint) in (int, float):
                given = given.strip().replace(",", ".")
            try:
                typed = msgspec.convert(given, hint, strict=False)
                values[name] = msgspec.to_builtins(typed)
            except msgspec.ValidationError:
                faults.append(_fault(_label(name), hint, given, words))
        return values, faults

    def _control(self, name: str, value: Any) -> Any:
        hint = self._hints[name]
        kind, said = _kind(hint), _description(hint)
        key, label = PREFIX + name, _label(name)
        if kind is bool:
            return ui.checkbox(key, label, value=bool(value), tooltip=said)
        if get_origin(kind) is Literal:
            return _choice(key, label, list(get_args(kind)), value, said)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return _choice(key, label, [one.value for one in kind], value.value, said)
        if kind in (int, float):
            bounds = _bounds(hint)
            range_ = " - ".join(bounds) if bounds is not None else None
            return ui.textbox(
                key, label, value=f"{value:g}", placeholder=range_, tooltip=said or range_
            )
        if kind is str:
            long = len(value) > _LONG or name in ("system", "instructions", "system_prompt")
            return ui.textbox(key, label, value=value, multiline=long or None, tooltip=said)
        raise TypeError(
            f"{self._cls.__name__}.{name}: there is no control for {kind!r}; use bool, int, float, "
            "str, Literal or an Enum"
        )


def _choice(key: str, label: str, values: list[Any], value: Any, said: str | None) -> Any:
    choices = [ui.choice(str(one), str(one)) for one in values]
    return ui.dropdown(key, label, value=str(value), choices=choices, tooltip=said)


def _kind(hint: Any) -> Any:
    return unwrap(hint)[0]


def _metas(hint: Any) -> list[msgspec.Meta]:
    return [one for one in unwrap(hint)[1] if isinstance(one, msgspec.Meta)]


def _description(hint: Any) -> str | None:
    return next((meta.description for meta in _metas(hint) if meta.description), None)


def _bounds(hint: Any) -> tuple[str, str] | None:
    low = next((m.ge if m.ge is not None else m.gt for m in _metas(hint)), None)
    high = next((m.le if m.le is not None else m.lt for m in _metas(hint)), None)
    return None if low is None or high is None else (f"{low:g}", f"{high:g}")


def _fault(label: str, hint: Any, given: object, words: Words) -> str:
    """Return the hint for an invalid value."""
    kind, bounds = _kind(hint), _bounds(hint)
    if kind in (int, float):
        try:
            msgspec.convert(given, kind, strict=False)
        except msgspec.ValidationError:
            return (words.whole_number if kind is int else words.number).format(label=label)
        if bounds is not None:
            return words.between.format(label=label, low=bounds[0], high=bounds[1])
    return words.misfit.format(label=label)


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
