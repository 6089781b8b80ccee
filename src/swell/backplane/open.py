"""Opening the backplane that the settings name."""

from __future__ import annotations

from swell.errors import SettingError
from swell.logs import logger
from swell.settings.table import Settings

from .base import Backplane
from .memory import MemoryBackplane

__all__ = ["open_backplane"]

_log = logger("swell.backplane")


async def open_backplane(settings: Settings) -> Backplane:
    """Return an open backplane; `close` it at the end.

    A server that cannot be reached is tried again in the background. If the setting is `auto`, and
    the database cannot carry news, that is logged, and the process runs alone.

    Raises:
        SettingError: If the server that the setting `backplane` names can never carry news.
    """
    try:
        backplane = _named(settings)
        await backplane.open()
    except SettingError as error:
        if settings.backplane != "auto":
            raise
        _log.error("this process runs without news of other processes: %s", error.reason)
        backplane = MemoryBackplane()
        await backplane.open()
    return backplane


def _named(settings: Settings) -> Backplane:
    """Return what the settings name, closed; `auto` is the database, or nothing."""
    url, name = settings.backplane, settings.backplane_name
    if url == "auto":
        url = settings.database_url
    scheme, there, _ = url.partition("://")
    extra = "postgres" if scheme in ("postgresql", "postgres") else "valkey"
    try:
        if there and extra == "postgres":
            from .postgres import PostgresBackplane

            return PostgresBackplane(url, name)
        if there and scheme.startswith(("valkey", "redis")):
            from .valkey import ValkeyBackplane

            return ValkeyBackplane(url, name)
    except ImportError as error:
        needed = f"this URL needs `pip install 'swell[{extra}]'` ({error})"
        raise SettingError("backplane", "the settings", needed) from None
    return MemoryBackplane()
