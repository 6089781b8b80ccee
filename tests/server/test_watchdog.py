"""The event loop is watched: who blocks it is named, and a loop that runs is left in peace."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

import pytest

from swell.server.watchdog import Watchdog

pytestmark = pytest.mark.anyio


class Told(logging.Handler):
    """Takes what is logged while it is logged, by whichever thread."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.some = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        self.lines.append(record.getMessage())
        self.some.set()


async def test_the_line_that_blocks_the_loop_is_named_once_and_while_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Told()
    monkeypatch.setattr(logging.getLogger("swell.server"), "handlers", [told])
    watchdog = Watchdog(blocked_s=0.1)
    watchdog.start()
    try:
        for number in (1, 2):
            told.some.clear()
            assert told.some.wait(30)  # the loop stands still here
            assert len(told.lines) == number
            assert "has not run for 0." in told.lines[-1]
            assert "test_watchdog.py, line" in told.lines[-1]
            assert "assert told.some.wait(30)" in told.lines[-1]
            time.sleep(0.2)  # noqa: ASYNC251  # nor is it told twice
            assert len(told.lines) == number
            await asyncio.sleep(0.05)  # it runs again
    finally:
        watchdog.stop()
