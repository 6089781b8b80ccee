"""The key that signs session cookies, kept in a folder between starts."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from swell.logs import logger

__all__ = ["folder_key", "new_key"]

_log = logger("swell.server")


def new_key() -> str:
    """Return a new random key: 256 bits as text."""
    return secrets.token_urlsafe(32)


def folder_key(folder: Path) -> str | None:
    """Return the key that is kept in a folder, making one; None where that cannot be.

    The file is for this account only. Two processes that begin together get the same key.
    """
    path = folder / "session.key"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            draft = folder / f"session.key.{secrets.token_hex(8)}"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(new_key())
            try:
                os.link(draft, path)  # whole or not at all, and only where there is none
            finally:
                draft.unlink()
        key = path.read_text().strip()
    except OSError as error:
        _log.warning(
            "could not save the session key, users will be signed out on restart: %s", error
        )
        return None
    return key if len(key) >= 32 else None
