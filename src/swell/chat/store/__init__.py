"""The store of conversations: `open_store` opens a URL and returns a `Store`.

SQLAlchemy is imported with `Store`, not with this package.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from swell.errors import SettingError

from .databases import Databases, Lease, is_server
from .ids import now
from .place import adopt_old_file, default_file

if TYPE_CHECKING:
    from .store import Store

__all__ = ["Store", "default_path", "lease_of", "open_store"]


def __getattr__(name: str) -> Any:
    if name != "Store":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .store import Store

    return Store


def open_store(
    url: str | None,
    *,
    app: str = "",
    databases: Databases | None = None,
    source: str = "argument",
    clock: Callable[[], float] = now,
) -> Store:
    """Return the store that a URL names; `await store.open()` connects it.

    Args:
        url: `sqlite:///chat.db` or `sqlite:////var/lib/chat.db` for a file, a plain path for the
            same, `postgresql://user:password@host/name` for PostgreSQL, `memory` or None for
            memory only, `default` for the file of `default_path`.
        app: Name of the app whose chats they are; see `Store.of_app`.
        databases: Engines that other parts of the application use; new ones when left out.
        source: Where the URL came from, for the error.
        clock: Returns the time in seconds since the epoch; a test gives its own.

    Raises:
        SettingError: If it names no database that Swell can use.
    """
    from .engines.sqlite import SqliteEngine
    from .store import Store

    if url is None:
        return Store(SqliteEngine(None), app, clock=clock)
    if is_server(url):
        return Store(lease_of(url, databases or Databases(), source), app, clock=clock)
    path = sqlite_path(url, source, app)
    if url == "default" and app and path is not None:
        adopt_old_file(path)
    return Store(SqliteEngine(path), app, clock=clock)


def lease_of(url: str, databases: Databases, source: str = "argument") -> Lease:
    """Return the engine of a PostgreSQL URL for one user, who closes it.

    Args:
        url: `postgresql://user:password@host/name`.
        databases: Engines that are there.
        source: Where the URL came from, for the error.

    Raises:
        SettingError: If it is another URL, or the driver is not installed.
    """
    try:
        return databases.lease(url)
    except ImportError as error:
        needed = f"PostgreSQL needs `pip install 'psycopg[binary]'` ({error})"
        raise SettingError("database_url", source, needed) from None
    except ValueError as error:
        raise SettingError("database_url", source, str(error)) from None


def sqlite_path(url: str, source: str = "argument", app: str = "") -> Path | None:
    """Return the file of a URL for SQLite; None stands for memory.

    Raises:
        SettingError: If it is another URL.
    """
    if url == "default":
        return default_path(app)
    if url in ("memory", ":memory:"):  # the second is what SQLite calls it
        return None
    if "://" not in url and not url.startswith("sqlite:"):
        return Path(url).expanduser()
    parts = urlsplit(url)
    if not url.startswith("sqlite://") or parts.netloc or parts.query or parts.fragment:
        raise SettingError(
            "database_url",
            source,
            "expected `sqlite:///file.db`, a path, or `postgresql://user@host/name`",
        )
    path = unquote(parts.path)
    return Path(path[1:]).expanduser() if path not in ("", "/", "/:memory:") else None


def default_path(app: str = "") -> Path:
    """Return the file for an app's chats where this system keeps data of programs for a user."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        given = os.environ.get("XDG_DATA_HOME", "")
        base = Path(given) if Path(given).is_absolute() else home / ".local" / "share"
    return default_file(base / "swell", app or "chat")
