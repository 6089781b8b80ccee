"""The watchdog names the call that blocks the event loop, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

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
            assert "has been blocked for 0." in told.lines[-1]
            assert "test_watchdog.py, line" in told.lines[-1]
            assert "assert told.some.wait(30)" in told.lines[-1]
            time.sleep(0.2)  # noqa: ASYNC251  # nor is it told twice
            assert len(told.lines) == number
            await asyncio.sleep(0.05)  # it runs again
    finally:
        watchdog.stop()


async def test_many_short_calls_are_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    monkeypatch.setattr(logging.getLogger("swell.server"), "handlers", [told])
    watchdog = Watchdog(blocked_s=0.1)
    watchdog.start()
    loop = asyncio.get_running_loop()
    try:
        for _ in range(100):  # one turn of the loop, 0.5 s long
            loop.call_soon(time.sleep, 0.005)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert told.lines == []
    finally:
        watchdog.stop()


def test_a_process_that_gets_no_processor_blames_nothing() -> None:
    """A stopped process is late; the code that runs in it is not at fault."""
    program = """
import asyncio, logging, time
from swell.server.watchdog import Watchdog

async def main():
    Watchdog(blocked_s=0.2).start()
    print("running", flush=True)
    end = time.monotonic() + 3
    while time.monotonic() < end:
        await asyncio.sleep(0)

logging.basicConfig(format="%(message)s")
asyncio.run(main())
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        process.send_signal(signal.SIGCONT)
        assert process.communicate()[1] == ""


@pytest.mark.parametrize("when", ["at import", "on startup"])
def test_a_slow_start_blames_nobody(tmp_path: Path, when: str) -> None:
    """No one is connected yet whom a slow import or start could keep waiting."""
    slow = "time.sleep(1.5)"
    (tmp_path / "slow.py").write_text(
        "import asyncio, time\nfrom swell import app, main\n"
        + (slow if when == "at import" else "")
        + f"\ndef start():\n    {slow if when == 'on startup' else 'pass'}\n"
        + "@app('/', on_startup=start)\nasync def serve(q): ...\n"
        + "async def run():\n    async with main.lifespan(): await asyncio.sleep(0.5)\n"
        + "asyncio.run(run())\n"
    )
    done = subprocess.run(
        [sys.executable, "slow.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
