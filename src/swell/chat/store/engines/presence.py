"""Which processes use a file: each holds locks that end with it, however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import time
from pathlib import Path

from swell.errors import StoreInUseError, StoreUnavailableError
from swell.logs import logger

__all__ = ["Presence", "Turnstile"]

GRACE_S = 2.0
"""How long a start waits for a process that is not draining, in seconds."""

HANDOVER_S = 3_660.0
"""How long a start waits for a process that ends, in seconds: longer than any `drain_s`."""

_log = logger("swell.chat")

_ENDING = "ending"
_PLACE = 4096  # of the locked byte, which is unreadable on Windows


def _locked(handle: int) -> bool:
    """Take the lock on an open file; False when another process has it."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(handle, _PLACE, os.SEEK_SET)
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
            os.close(self._handle)  # another process removed it as stale

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
        """Remove the file of a process that has ended; return False if the process is running."""
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
        """Return whether `owner` is present."""
        return not cls._clear(cls._beside(database, owner))

    def end(self) -> None:
        """Remove the presence of this process."""
        with contextlib.suppress(OSError):
            self._path.unlink()
        os.close(self._handle)


class Turnstile:
    """Lets one process at a time serve an app on a file, by a lock beside it.

    A draining process marks the file, and the next process waits for it.
    """

    def __init__(self, database: Path, app: str) -> None:
        mark = hashlib.sha256(app.encode()).hexdigest()[:8]
        self._path = database.with_name(f"{database.name}-{mark}.lock")
        self._app = app
        self._database = database
        self._handle: int | None = None

    async def enter(self, *, grace_s: float = GRACE_S, handover_s: float = HANDOVER_S) -> None:
        """Become the process that serves the app.

        Raises:
            StoreInUseError: If there is one that does not end.
            StoreUnavailableError: If there can be no lock file.
        """
        began, waited = time.monotonic(), 0.0
        try:
            self._database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise StoreUnavailableError(f"{self._path}: {error.strerror}") from error
        try:
            while not _locked(handle):
                said = self._read(handle)
                if waited == 0.0 and said:
                    _log.warning("waiting for process %s, which uses %s", said[0], self._database)
                waited = time.monotonic() - began
                if waited >= (handover_s if _ENDING in said else grace_s):
                    process = int(said[0]) if said and said[0].isdigit() else None
                    raise StoreInUseError(self._app, str(self._database), process)
                await asyncio.sleep(0.05)
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        self._write(f"{os.getpid()}")

    def ending(self) -> None:
        """Mark this process as draining."""
        if self._handle is not None:
            self._write(f"{os.getpid()} {_ENDING}")

    def leave(self) -> None:
        """Let the next one in. The file stays: another process may hold it open by now."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _write(self, said: str) -> None:
        assert self._handle is not None
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, said.ljust(40).encode())

    @staticmethod
    def _read(handle: int) -> list[str]:
        os.lseek(handle, 0, os.SEEK_SET)
        return os.read(handle, 40).decode("ascii", "replace").split()
