"""What the bench has to know of a peer."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bench.common import ENVS, Process, Running, free_port, wait_for


class Dialect(Protocol):
    """A peer's wire, as far as a client that only measures must speak it."""

    path: str

    def hello(self) -> list[bytes]:
        """Return the messages that open a page."""

    def prompt(self, name: str, text: str) -> bytes:
        """Return the message that submits `text` as `name`."""

    def answer(self, message: bytes) -> bytes | None:
        """Return what must be sent back at once, such as the answer to a heartbeat."""

    def painted(self, message: bytes) -> bool:
        """Tell whether this message puts the page's cards there."""

    def position(self, message: bytes) -> int | None:
        """Return how many characters the answer has after this message; None if untouched."""


if TYPE_CHECKING:
    from playwright.sync_api import Page


def press_enter(selector: str) -> Callable[[Page, str], None]:
    """Return what types a prompt into a box and submits it with Enter."""

    def say(page: Page, text: str) -> None:
        page.locator(selector).first.fill(text)
        page.locator(selector).first.press("Enter")

    return say


@dataclass(frozen=True)
class Peer:
    """A framework to measure.

    Attributes:
        name: Its column in the table.
        package: What pip installs; empty for ours.
        command: Gives the program and arguments that serve an app on a port.
        box: Selector of the prompt box in the browser.
        app: Its chat, a file under `apps`.
        env: Added to the server's environment.
        path: Of the page.
        dialect: Its wire, when the bench speaks it without a browser.
        server: Starts the server in front of the app, where that is another program.
        rows: The rows it takes part in; None for all.
    """

    name: str
    package: str
    command: Callable[[Path, str, int], list[str | Path]]
    box: str
    app: str
    env: Mapping[str, str]
    path: str = "/"
    dialect: Dialect | None = None
    server: Callable[[Path, int, Path], Process] | None = None
    rows: frozenset[str] | None = None

    @property
    def home(self) -> Path:
        """Its virtual environment."""
        return ENVS / self.name

    @property
    def python(self) -> Path:
        """Its interpreter: for ours the one that runs the bench."""
        return self.home / "bin" / "python" if self.package else Path(sys.executable)

    def install(self) -> None:
        """Make its environment, unless that was done before."""
        done = self.home / ".installed"
        if not self.package or done.exists():
            return
        # Our pip installs into it: some systems ship Python without the parts that bring pip.
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.home], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet"]
        subprocess.run([*pip, self.package], check=True)
        done.touch()

    def version(self) -> str:
        """Return the version that is installed."""
        if self.name == "floor":
            return "asyncio"
        code = f"import importlib.metadata as m; print(m.version({self.package!r}))"
        if not self.package:
            code = "import swell; print(swell.__version__)"
        asked = subprocess.run(
            [self.python, "-c", code], capture_output=True, text=True, check=True
        )
        return asked.stdout.strip()

    def say(self, page: Page, text: str) -> None:
        """Type a prompt and submit it with Enter."""
        press_enter(self.box)(page, text)

    def start(self, app: str = "", env: Mapping[str, str] | None = None) -> Running:
        """Serve an app and wait until its page is there; `env` is for the app."""
        place = Path(tempfile.mkdtemp(prefix=f"bench-{self.name}-"))
        notes, log = place / "notes", place / "log"
        given = env or {}
        env = {**self.env, **given, "BENCH_NOTES": str(notes), "PYTHONUNBUFFERED": "1"}
        port, processes = free_port(), []
        if self.package:
            env["PYTHONPATH"] = ""  # ours has a package h2o_wave, too
        if self.server is not None:
            processes.append(self.server(self.home, port, log))
            wait_for(f"http://127.0.0.1:{port}/", processes[0])
            app_port = free_port()
            env |= {
                "H2O_WAVE_ADDRESS": f"http://127.0.0.1:{port}",
                "H2O_WAVE_APP_ADDRESS": f"http://127.0.0.1:{app_port}",
            }
        else:
            app_port = port
        command = self.command(self.home, app or self.app, app_port)
        processes.append(Process(command, log, env))
        running = Running(f"http://127.0.0.1:{port}{self.path}", processes, notes)
        try:
            if app_port != port:
                _wait_for_port(app_port, processes[-1])
            wait_for(running.url, *processes)
        except BaseException:
            running.__exit__()
            raise
        return running


def _wait_for_port(port: int, process: Process) -> None:
    for _ in range(6000):
        process.check()
        with socket.socket() as tried:
            if not tried.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.005)
    raise RuntimeError(f"nobody listens on port {port}")
