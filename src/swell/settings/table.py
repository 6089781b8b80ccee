"""Every setting of Swell, in one table.

The fields of `Settings` are the table: name, type, default, bounds, help, and the names under which
the environment and the command line know it. There is one
module for each subject; each class extends the one before, since a struct has one base. Parsing (in
`values.py`), `swell config` and the reference page `docs/reference/settings.md` are all derived
from them, so a new setting is one new field.

Importing this module does not read the environment: the caller passes it to `load_settings`.
"""

from __future__ import annotations

import functools
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from swell.hints import unwrap

from .about import About
from .push import PushSettings

__all__ = [
    "Field",
    "Row",
    "Settings",
    "choices_of",
    "fields",
    "sent_settings",
    "settings_table",
]


class Settings(PushSettings, frozen=True, kw_only=True):
    """Settings of one process. `load_settings` checks the values; the constructor does not.

    Names carry their unit: `_s` is seconds, `_bytes` is bytes (on the wire, in UTF-8).
    """

    @property
    def prefix(self) -> str:
        """`base_url` as a prefix of paths: empty, or `/x` without a trailing slash."""
        return "" if self.base_url == "/" else self.base_url

    def __repr__(self) -> str:
        """Like a dataclass, with secrets masked, so that a log line cannot leak one."""
        shown = ", ".join(
            f"{row.name}={'***' if row.secret and value is not None else repr(value)}"
            for row in settings_table()
            for value in [getattr(self, row.name)]
        )
        return f"Settings({shown})"


class Row(NamedTuple):
    """One setting, as the reference page and `swell config` show it.

    Attributes:
        name: Field of `Settings`.
        kind: Its type in words.
        default: Its default as one would write it, empty when there is none.
        help: One or two sentences.
        env: Name in the environment.
        wave: Name of the same setting in H2O Wave's environment, empty when there is none.
        flag: Flag of `swell run`, empty when there is none.
        secret: Whether its value must not be shown.
    """

    name: str
    kind: str
    default: str
    help: str
    env: str
    wave: str
    flag: str
    secret: bool


class Field(NamedTuple):
    row: Row
    base: Any
    about: About


@functools.cache
def fields() -> tuple[Field, ...]:
    hints = get_type_hints(Settings, include_extras=True)
    fields = []
    for info in msgspec.structs.fields(Settings):
        base, (about,) = unwrap(hints[info.name])
        row = Row(
            name=info.name,
            kind=_kind(info.name, base, about),
            default=_default(info.name, info.default),
            help=about.help,
            env=f"SWELL_{info.name.upper()}",
            wave=f"H2O_WAVE_{about.wave}" if about.wave else "",
            flag=about.flag,
            secret=about.secret,
        )
        fields.append(Field(row, base, about))
    return tuple(fields)


def settings_table() -> tuple[Row, ...]:
    """Return every setting in the order of the reference page."""
    return tuple(field.row for field in fields())


def show(value: object) -> str:
    """Write a value as it would be set: lists with commas, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _default(name: str, value: object) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.3g}"
    if isinstance(value, bool):
        return show(value)
    return _readable(name, value) if isinstance(value, (int, float)) else show(value)


def sent_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that a browser is sent in `welcome`."""
    names = [field.row.name for field in fields() if field.about.sent]
    return {name: getattr(settings, name) for name in names}


def choices_of(base: Any, about: About) -> tuple[str, ...]:
    """Return the only values that a setting takes; none when it takes others."""
    return get_args(base) if get_origin(base) is Literal else about.choices


def _kind(name: str, base: Any, about: About) -> str:
    if choices := choices_of(base, about):
        return " | ".join(choices)
    if get_origin(base) is tuple:
        return "list"
    if base is bool:
        return "on or off"
    if base not in (int, float):
        return "text" if about.least is None else f"text, {about.least:g} characters or more"
    unit = "seconds" if name.endswith("_s") and not name.endswith("per_s") else ""
    unit = "bytes" if name.endswith("_bytes") else unit
    word = unit or ("whole number" if base is int else "number")
    assert about.least is not None, "every numeric setting is bounded"
    assert about.most is not None, "every numeric setting is bounded"
    return f"{word}, {_readable(name, about.least)} to {_readable(name, about.most)}"


def _readable(name: str, number: float) -> str:
    """A number for humans: sizes in the largest unit that divides them."""
    if name.endswith("_bytes"):
        for unit, factor in (("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)):
            if number >= factor and number % factor == 0:
                return f"{number // factor:.10g}{unit}"
    return f"{number:.10g}"
