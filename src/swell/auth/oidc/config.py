"""The OpenID providers of an app: from its settings, or from a TOML file with several."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from swell.errors import SettingError
from swell.settings import values
from swell.settings.table import Settings

__all__ = ["ProviderConfig", "provider_configs"]

PROVIDERS_MAX = 20
"""Most providers in a file."""

_NEEDED = ("issuer", "client_id", "client_secret")
_HINTS = (*_NEEDED, "redirect_url", "end_session_url")
"""Settings that mean sign-in, even one alone."""


class ProviderConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One provider; the fields mean what the settings `oidc_` with the same names do.

    Attributes:
        client_secret: None for a public client.
    """

    name: str
    title: str
    issuer: str
    client_id: str
    client_secret: str | None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    redirect_url: str | None = None
    groups_claim: str = "groups"
    parameters: tuple[str, ...] = ()
    end_session_url: str | None = None
    signed_out_url: str | None = None

    def __repr__(self) -> str:
        """Without the secret, so that a log line cannot leak it."""
        return f"ProviderConfig(name={self.name!r}, issuer={self.issuer!r})"


def provider_configs(settings: Settings) -> tuple[ProviderConfig, ...]:
    """Return the providers that the settings name; none without sign-in through OpenID.

    Raises:
        SettingError: If some of the settings of a provider are missing, or the file cannot be used.
    """
    one = {name: getattr(settings, f"oidc_{name}") for name in _HINTS}
    there = [name for name in _HINTS if one[name]]
    if settings.oidc_file is not None:
        if there:
            raise SettingError(
                "oidc_file",
                "settings",
                f"the file has all providers; unset {_names(there)} or `oidc_file`",
            )
        return _from_file(Path(settings.oidc_file))
    if not there:
        return ()
    if missing := [name for name in _NEEDED if not one[name]]:
        raise SettingError(
            f"oidc_{missing[0]}",
            "settings",
            f"sign-in needs {_names(_NEEDED)}; {_names(there)} is set, {_names(missing)} is not "
            "(for a public client, set the secret to `none`)",
        )
    return (
        ProviderConfig(
            name=settings.oidc_name,
            title=settings.oidc_title or _host(settings.oidc_issuer or ""),
            issuer=settings.oidc_issuer or "",
            client_id=settings.oidc_client_id or "",
            client_secret=_secret(settings.oidc_client_secret or ""),
            scopes=settings.oidc_scopes,
            redirect_url=settings.oidc_redirect_url,
            groups_claim=settings.oidc_groups_claim,
            parameters=settings.oidc_parameters,
            end_session_url=settings.oidc_end_session_url,
            signed_out_url=settings.oidc_signed_out_url,
        ),
    )


def _names(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`oidc_{name}`" for name in names)


def _host(issuer: str) -> str:
    return urlsplit(issuer).hostname or issuer


def _secret(text: str) -> str | None:
    return None if text == "none" else text


# ------------------------------------------------------------------------------------- the file

_PARSERS: dict[str, Callable[[str], Any]] = {
    "title": str,
    "issuer": values.issuer,
    "client_id": str,
    "client_secret": _secret,
    "scopes": values.scopes,
    "redirect_url": values.redirect_url,
    "groups_claim": str,
    "parameters": values.parameters,
    "end_session_url": values.web_url,
    "signed_out_url": values.web_url,
}


def _from_file(path: Path) -> tuple[ProviderConfig, ...]:
    def wrong(reason: str) -> SettingError:
        return SettingError("oidc_file", str(path), reason)

    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise wrong(f"the file cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise wrong(f"the file is not TOML: {error}") from None
    if not 1 <= len(tables) <= PROVIDERS_MAX:
        raise wrong(f"expected 1 to {PROVIDERS_MAX} tables, one for each provider")
    found = []
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise wrong(f"expected a table for each provider, such as `[corp]`, got `{name}`")
        try:
            found.append(_from_table(values.provider_name(name), table))
        except ValueError as error:
            raise wrong(f"[{name}] {error}") from None
    return tuple(found)


def _from_table(name: str, table: dict[str, Any]) -> ProviderConfig:
    given: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _PARSERS:
            raise ValueError(f"`{key}` is no field; expected {', '.join(_PARSERS)}")
        listed = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if key in ("scopes", "parameters") and listed:
            value = ",".join(value)
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"`{key}`: expected text")
        try:
            given[key] = _PARSERS[key](value.strip())
        except ValueError as error:
            raise ValueError(f"`{key}`: {error}") from None
    if missing := [key for key in _NEEDED if key not in given]:
        raise ValueError(f"{', '.join(missing)} is missing")
    given.setdefault("title", re.sub(r"\b[a-z]", lambda first: first[0].upper(), name))
    return ProviderConfig(name=name, **given)
