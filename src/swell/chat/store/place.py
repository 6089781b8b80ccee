"""The default database file of an app."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
from pathlib import Path

from swell.logs import logger

__all__ = ["adopt_old_file", "default_file"]

_log = logger("swell.chat")

_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_OLD = "chat.db"


def default_file(folder: Path, app: str) -> Path:
    """Return the file of an app in the folder of this account.

    >>> default_file(Path("/data"), "support").name
    'support.db'
    """
    if _PLAIN.fullmatch(app):
        return folder / f"{app}.db"
    name = re.sub(r"[^a-z0-9_-]+", "-", app.lower()).strip("-")[:48] or "app"
    return folder / f"{name}-{hashlib.sha256(app.encode()).hexdigest()[:6]}.db"


def adopt_old_file(file: Path) -> None:
    """Give an app that has no file yet the one that all apps of this account shared before."""
    old = file.with_name(_OLD)
    if file.exists() or not old.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as connection:
            # Fails while another process uses it; leaves one file that can be renamed.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            if mode != "delete":
                raise sqlite3.OperationalError("it is in use")
            old.replace(file)
    except (sqlite3.Error, OSError) as error:
        _log.warning("could not move %s, so %s starts empty: %s", old, file.name, error)
        return
    _log.warning("the chats in %s now belong to this app; the file is %s", old, file)
