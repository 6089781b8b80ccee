"""A clock on the wall that a test can set, for a process that it has started."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def install() -> None:
    """Let `time.time` be wrong by the seconds in the file that `FAULT_CLOCK` names, if it does.

    `time.monotonic`, which timers have to go by, does not change, as when the clock of a machine is
    set.
    """
    name = os.environ.get("FAULT_CLOCK")
    if name is None:
        return
    real: Callable[[], float] = time.time

    def set_by_hand() -> float:
        return real() + float(Path(name).read_text())

    time.time = set_by_hand
    time.time_ns = lambda: int(set_by_hand() * 1e9)
