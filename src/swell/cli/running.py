"""The apps that `swell run` serves on this machine: each process holds a locked file.

The lock ends with the process, however it ends, so that a file never names another process that
has the same id later. Only processes of the same account with the same home folder are found.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from swell.cli.load import Target
from swell.errors import DECODE_ERRORS
from swell.logs import logger

__all__ = ["Running", "found", "marked"]

_log = logger("swell")


class Running(msgspec.Struct, frozen=True):
    """A process that serves an app.

    Attributes:
        app: The app's file, or its module.
        pid: Its process id; with several workers, that of their supervisor.
    """

    app: str
    pid: int


def app_of(target: Target) -> str:
    """Return what names an app on this machine, however it is written on a command line."""
    return str(target.file or target.module) + (f":{target.attribute}" if target.attribute else "")


def _folder() -> Path:
    from swell.chat.store import default_path  # here: it loads the chat

    return default_path().parent / "running"


@contextlib.contextmanager
def marked(target: Target) -> Iterator[None]:
    """Let `found` find this process during the block."""
    handle: int | None = None
    if sys.platform != "win32":
        import fcntl

        path = _folder() / f"{os.getpid()}.json"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, msgspec.json.encode(Running(app_of(target), os.getpid())))
        except OSError as error:
            _log.info("`swell drain` will not find this process: %s", error)
    try:
        yield
    finally:
        if handle is not None:
            path.unlink(missing_ok=True)
            os.close(handle)


def found(target: Target) -> list[Running]:
    """Return the processes that serve an app, and remove the files of those that are gone."""
    import fcntl

    serving = []
    for path in sorted(_folder().glob("*.json")):
        with contextlib.suppress(OSError, *DECODE_ERRORS), path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                one = msgspec.json.decode(file.read(), type=Running)
                if one.app == app_of(target):
                    serving.append(one)
            else:
                path.unlink()
    return serving
