"""One process serves an app on a file: a second one is refused, or waits for one that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = """
import asyncio
from pathlib import Path
from swell import app
from swell.chat import chat

@chat("/", app={name!r}, store={url!r})
async def answer(turn):
    return "Hello"

async def drain(seconds):
    while Path({hold!r}).exists():
        await asyncio.sleep(0.02)

@app("/other", on_drain=drain)
async def serve(q):
    pass
"""
RUNNING = "Swell is running"


class Process:
    """`swell run` in a separate process, and its output."""

    def __init__(self, file: Path, *flags: str) -> None:
        self.said = ""
        self._more = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "swell", "run", str(file), "--port", "0", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._more:
                self.said += line
                self._more.notify_all()

    def until(self, text: str, count: int = 1) -> None:
        """Wait until it has printed this so often."""
        with self._more:
            found = self._more.wait_for(lambda: self.said.count(text) >= count, 60)
        assert found, self.said

    def end(self) -> int:
        """Wait for its end and return its exit code."""
        return self._process.wait(60)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def close(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Place:
    """A folder with a database, and processes that serve apps on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hold = folder / "hold"
        self._started: list[Process] = []

    def app(self, name: str, text: str = APP) -> Path:
        url = f"sqlite:///{self.folder / 'chat.db'}"
        file = self.folder / f"{name}.py"
        file.write_text(text.format(name=name, url=url, hold=str(self.hold)), encoding="utf-8")
        return file

    def start(self, name: str, *flags: str) -> Process:
        process = Process(self.app(name), *flags)
        self._started.append(process)
        return process

    def close(self) -> None:
        for process in self._started:
            process.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


def test_a_second_process_of_an_app_is_refused_until_the_first_is_gone(place: Place) -> None:
    first = place.start("support")
    first.until(RUNNING)
    second, other = place.start("support"), place.start("sales")
    assert second.end() != 0
    assert "serves the app 'support' on" in second.said
    assert "Stop that one, or set SWELL_DATABASE_URL to postgresql://" in second.said
    assert "Traceback" not in second.said
    other.until(RUNNING)
    first.signal(signal.SIGKILL)
    first.end()
    place.start("support").until(RUNNING)


def test_a_process_waits_for_one_that_drains(place: Place) -> None:
    place.hold.touch()
    first = place.start("support")
    first.until(RUNNING)
    first.signal(signal.SIGTERM)
    second = place.start("support")
    second.until("waiting for process")
    assert RUNNING not in second.said
    place.hold.unlink()
    assert first.end() == 0
    second.until(RUNNING)


def test_a_reload_keeps_working(place: Place) -> None:
    process = place.start("support", "--reload")
    process.until(RUNNING)
    file = place.app("support", APP + "\n# changed\n")
    later = time.time() + 10  # the watcher compares times of files
    os.utime(file, (later, later))
    process.until(RUNNING, 2)
    assert "already" not in process.said
