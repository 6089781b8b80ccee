"""Temporary folders of this process, and the removal of those whose process was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

__all__ = ["TemporaryFolder", "clear_left"]

_PREFIXES = ("swell-files-", "swell-chat-", "swell-pdf-")
_LOCK = ".alive"


class TemporaryFolder:
    """A folder that only this account can read, beside a lock that ends with the process.

    Args:
        kind: Its purpose: `files`, `chat` or `pdf`.

    Attributes:
        path: Where it is.
    """

    def __init__(self, kind: str) -> None:
        self._home = Path(tempfile.mkdtemp(prefix=f"swell-{kind}-"))
        self.path = self._home / "kept"
        self.path.mkdir(mode=0o700)
        self._handle: int | None = None
        if os.name != "nt":  # Windows does not remove a folder with an open file
            # Locked before it has the name that `clear_left` looks for.
            new = self._home / f"{_LOCK}-new"
            self._handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            _lock(self._handle)
            new.rename(self._home / _LOCK)

    def remove(self) -> None:
        """Remove it and everything in it."""
        shutil.rmtree(self._home, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> bool:
    """Take the lock on an open file; False when another process has it."""
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def clear_left() -> int:
    """Remove the folders of processes that are gone; return how many. It blocks.

    A folder must be a real one of this account, closed to other accounts, with a lock file that is
    free. On Windows, nothing is removed.
    """
    if os.name == "nt":
        return 0
    removed = 0
    for prefix in _PREFIXES:
        for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            with contextlib.suppress(OSError):
                removed += _clear(path)
    return removed


def _clear(path: Path) -> bool:
    found = path.lstat()
    private = found.st_uid == os.geteuid() and not found.st_mode & 0o077
    if not stat.S_ISDIR(found.st_mode) or not private:
        return False
    handle = os.open(path / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        if not _lock(handle):
            return False
        shutil.rmtree(path)
        return True
    finally:
        os.close(handle)
