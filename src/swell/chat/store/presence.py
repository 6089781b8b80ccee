"""Tells which processes use a file: each holds a lock that ends with it, however it ends."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["Presence"]


def _locked(handle: int) -> bool:
    """Take the lock on an open file; False when somebody else has it."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class Presence:
    """A locked file beside the database, for as long as the process lives."""

    def __init__(self, database: Path, owner: str) -> None:
        """Be present as `owner`, and clear away the files of those that are gone."""
        for left in database.parent.glob(f"{database.name}-*.alive"):
            self._clear(left)
        self._path = self._beside(database, owner)
        while True:
            self._handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
            if _locked(self._handle) and self._is_ours():
                return
            os.close(self._handle)  # somebody took it for one that was left

    @staticmethod
    def _beside(database: Path, owner: str) -> Path:
        return database.with_name(f"{database.name}-{owner}.alive")

    def _is_ours(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except FileNotFoundError:
            return False

    @staticmethod
    def _clear(path: Path) -> bool:
        """Remove the file of a process that is gone; False when that one lives."""
        try:
            handle = os.open(path, os.O_RDWR)
        except OSError:
            return True
        try:
            if not _locked(handle):
                return False
            with contextlib.suppress(OSError):
                path.unlink()
            return True
        finally:
            os.close(handle)

    @classmethod
    def seen(cls, database: Path, owner: str) -> bool:
        """Tell whether `owner` is present."""
        return not cls._clear(cls._beside(database, owner))

    def end(self) -> None:
        """Be present no more."""
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(self._handle)
