"""Writes down what a process is doing when it gets a signal: each task, with all it waits for."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["DONE", "SIGNAL", "dump_of", "install"]

SIGNAL = signal.SIGUSR1
"""Asks a process for its dump."""

DONE = "-- end of dump"
"""The last line of a dump."""


def dump_of(folder: Path, pid: int) -> Path:
    """Return the path of the dump of a process that runs in a folder."""
    return folder / f"dump-{pid}"


def install() -> None:
    """Let this process write its dump into its folder at each signal."""
    signal.signal(SIGNAL, _dump)


def _dump(*_: object) -> None:
    with dump_of(Path(), os.getpid()).open("w", encoding="utf-8") as file:
        for task in asyncio.all_tasks(asyncio.get_running_loop()):
            file.write(f"{task.get_name()} {_name(task.get_coro())}\n")
            for frame in _frames(task.get_coro()):
                where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
                file.write(f"  {frame.f_code.co_qualname} {where}{_subject(frame)}\n")
        file.write("threads:\n")
        file.flush()
        faulthandler.dump_traceback(file)
        file.write(f"{DONE}\n")


def _name(coroutine: Any) -> str:
    return str(getattr(coroutine, "__qualname__", coroutine))


def _frames(awaited: Any) -> Iterator[FrameType]:
    """Yield the frames of a suspended coroutine, from the outermost to what it waits for."""
    while awaited is not None:
        kind = next((kind for kind in ("cr", "gi", "ag") if hasattr(awaited, f"{kind}_frame")), "")
        if not kind:
            return
        frame = getattr(awaited, f"{kind}_frame")
        if frame is not None:
            yield frame
        awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")


def _subject(frame: FrameType) -> str:
    """Return what a frame is about: the run, if it has one."""
    run: Any = frame.f_locals.get("run")
    return f" run={run.id} {run.state}" if hasattr(run, "answer_id") else ""
