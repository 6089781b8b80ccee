"""Loading: settings from an environment and a command line, checked, with where each came from."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, NamedTuple, get_origin

import msgspec

from swell.errors import SettingError
from swell.settings import values as values

from .about import About
from .table import Field, Settings, choices_of, fields, settings_table

__all__ = ["Resolved", "load_settings", "misspelt_names", "resolve_settings"]


class Resolved(NamedTuple):
    """Settings, and where each value that is not a default came from.

    Attributes:
        settings: The checked values.
        sources: Setting to source, such as `environment SWELL_PORT` or `flag --port`.
    """

    settings: Settings
    sources: dict[str, str]


def load_settings(environ: Mapping[str, str], flags: Mapping[str, Any]) -> Settings:
    """Return the settings that an environment and a command line ask for.

    A flag wins over `SWELL_*`, which wins over `H2O_WAVE_*`, which wins over the default. An
    empty environment variable counts as not set.

    Args:
        environ: Usually `os.environ`.
        flags: Field of `Settings` to value or text; None means not given.

    Raises:
        SettingError: If a value is malformed or out of bounds. It names the setting and its source.
    """
    return resolve_settings(environ, flags).settings


def resolve_settings(environ: Mapping[str, str], flags: Mapping[str, Any]) -> Resolved:
    """Like `load_settings`, and also return the source of each value."""
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for field in fields():
        found = _find(field, environ, flags)
        if found is not None:
            source, raw = found
            values[field.row.name] = _check(field, source, raw)
            sources[field.row.name] = source
    unknown = set(flags) - {field.row.name for field in fields()}
    if unknown:
        raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
    return Resolved(Settings(**values), sources)


def _find(
    field: Field, environ: Mapping[str, str], flags: Mapping[str, Any]
) -> tuple[str, Any] | None:
    row = field.row
    flag = flags.get(row.name)
    if flag is not None:
        return f"flag {row.flag}" if row.flag else "argument", flag
    if environ.get(row.env):
        return f"environment {row.env}", environ[row.env].strip()
    wave = environ.get(row.wave, "").strip() if row.wave else ""
    if not wave:
        return None
    source = f"environment {row.wave}"
    if row.wave == "H2O_WAVE_LISTEN":  # one variable there, two settings here
        try:
            part = values.listen(wave).get(row.name)
        except ValueError as error:
            raise SettingError(row.name, source, f"{error}, got {wave!r}") from None
        return None if part is None else (source, part)
    return source, wave


def _check(field: Field, source: str, raw: Any) -> Any:
    row, base, about = field
    try:
        value = _parse(row.name, base, about, raw) if isinstance(raw, str) else raw
        if get_origin(base) is tuple and not isinstance(raw, str):
            value = _parse(row.name, base, about, ",".join(raw))
        value = msgspec.convert(value, base)
        size = len(value) if isinstance(value, str) else value
        if about.least is not None and size < about.least:
            raise ValueError(f"expected {row.kind}")
        if about.most is not None and size > about.most:
            raise ValueError(f"expected {row.kind}")
    except (ValueError, TypeError) as error:
        shown = row.secret or repr(raw) in str(error)
        got = "" if shown else f", got {raw!r}"
        raise SettingError(row.name, source, f"{_lower(str(error))}{got}") from None
    return value


def _parse(name: str, base: Any, about: About, text: str) -> Any:
    if about.parse is not None:
        return about.parse(text)
    if base is bool:
        return values.switch(text)
    if base is int:
        return values.size(text) if name.endswith("_bytes") else values.whole(text)
    if base is float:
        return values.number_of(text) if name.endswith("per_s") else values.duration(text)
    if choices := choices_of(base, about):
        text = text.lower()
        if text not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
    return text


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def misspelt_names(environ: Mapping[str, str]) -> dict[str, str]:
    """Return names in `environ` that look like a setting but are none, with the likely meaning.

    Other `SWELL_*` names may belong to the app or to its tests, so only near misses are returned.
    """
    known = [row.env for row in settings_table()]
    unknown = [name for name in environ if name.startswith("SWELL_") and name not in known]
    near = {name: difflib.get_close_matches(name, known, n=1, cutoff=0.85) for name in unknown}
    return {name: match[0] for name, match in near.items() if match}
