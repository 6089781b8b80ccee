"""Files in a directory: of this machine, or a mount that all machines of a service share."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.to_thread

from swell.chat.store import default_path
from swell.logs import logger
from swell.temporary import TemporaryFolder

from .base import PIECE_BYTES

__all__ = ["DirectoryStorage", "files_folder"]

_log = logger("swell.storage")


def files_folder(files_dir: str | None) -> Path:
    """Return the directory of files: the one of the setting, or that beside the default file."""
    return Path(files_dir) if files_dir is not None else default_path().parent / "files"


class DirectoryStorage:
    """One file of the directory for each key, readable by this account only.

    Args:
        folder: The directory, made when it is missing; None makes a temporary one, which `close`
            removes.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._temporary: TemporaryFolder | None = None

    async def put(self, key: str, content: bytes | Path) -> None:
        """Store a file."""
        await anyio.to_thread.run_sync(_copy, content, self._path(key))

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to `stop`, or the end, in pieces."""
        opened = await anyio.to_thread.run_sync(self._path(key).open, "rb")
        async with anyio.wrap_file(opened) as file:
            await file.seek(start)
            while stop is None or start < stop:
                most = PIECE_BYTES if stop is None else min(PIECE_BYTES, stop - start)
                if not (piece := await file.read(most)):
                    return
                start += len(piece)
                yield piece

    async def delete(self, key: str) -> None:
        """Delete a file; one outside of the directory stays, and the log names it."""
        await anyio.to_thread.run_sync(_delete, self._home(), self._path(key))

    def new_key(self) -> str:
        """Return an unused key, a file name."""
        return uuid.uuid4().hex

    def made(self, key: str) -> bool:
        """Return whether a key is a path; it has a colon in one place, if any: after a drive."""
        return ":" not in key[2:]

    def close(self) -> None:
        """Remove the directory if it is a temporary one."""
        if self._temporary is not None:
            self._temporary.remove()
            self._temporary = None

    def _path(self, key: str) -> Path:
        """Return the path of a file. Keys of earlier versions are whole paths."""
        return self._home() / key

    def _home(self) -> Path:
        if self._folder is not None:
            return self._folder
        if self._temporary is None:
            self._temporary = TemporaryFolder("chat")
        return self._temporary.path


def _copy(content: bytes | Path, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if isinstance(content, bytes):
        with to.open("xb") as file:
            file.write(content)
    else:
        with content.open("rb") as source, to.open("xb") as file:
            shutil.copyfileobj(source, file, PIECE_BYTES)


def _delete(home: Path, path: Path) -> None:
    if not path.is_relative_to(home):  # noted by an app, or left where another setting led
        _log.warning("kept an unused file outside of %s: %s", home, path)
        return
    path.unlink(missing_ok=True)
    if path.parent != home:  # a file of an earlier version has a folder for itself
        with contextlib.suppress(FileNotFoundError):
            path.parent.rmdir()
