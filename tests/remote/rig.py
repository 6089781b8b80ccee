"""A `swell serve` process, scripts beside it, and tabs that look at its pages."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from swell.live.state import PageState
from tests.server.live_server import LiveServer, Tab

__all__ = ["Served", "Viewer", "cards", "free_port", "script", "serving_pages"]

SECRET = "a secret of the tests"


def free_port() -> int:
    """Return a free port."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Served(LiveServer):
    """A `swell` process on a port of this machine, which can be started again.

    Attributes:
        address: For `Site(address)` and `H2O_WAVE_ADDRESS`.
    """

    def __init__(self, *arguments: str, folder: Path | None = None, **environ: str) -> None:
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.address = f"http://{self.host}"
        self._command = [sys.executable, "-m", "swell", *(arguments or ("serve",))]
        self._command += ["--port", str(self.port)]
        self._folder = folder
        self._environ = {**os.environ, "PYTHONUNBUFFERED": "1", **environ}
        self.start()

    def start(self) -> None:
        """Start the process and wait until it accepts requests."""
        with tempfile.TemporaryFile("w+") as log:
            self.process = subprocess.Popen(
                self._command, cwd=self._folder, env=self._environ, stdout=log, stderr=log
            )
            while not self._answers():
                if self.process.poll() is not None:
                    log.seek(0)
                    raise AssertionError(log.read())
                threading.Event().wait(0.02)

    def _answers(self) -> bool:
        try:
            return self.get("/_s/live")[0] == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End the process and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


@contextlib.contextmanager
def serving_pages(*arguments: str, folder: Path | None = None, **environ: str) -> Iterator[Served]:
    """Run `swell serve`, or another command, while the block runs."""
    served = Served(*arguments, folder=folder, **environ)
    try:
        yield served
    finally:
        served.stop()


def script(address: str, code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a Python script that pushes to a server, and return what came of it."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "H2O_WAVE_ADDRESS": address, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Viewer:
    """A browser tab that looks at a page.

    Attributes:
        tab: The connection.
    """

    def __init__(self, server: LiveServer, route: str) -> None:
        self.tab = Tab(server, route)
        self._state = PageState()
        self._state.load(self.tab.welcome["state"])

    @property
    def cards(self) -> dict[str, Any]:
        """The cards that the tab shows, in JSON."""
        return dict(self._state.to_json()["cards"])

    def until(self, shown: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read what the server sends until the page is as wanted, and return its cards."""
        while not shown(self.cards):
            message = self.tab.read()
            if message["t"] == "ops":
                self._state.apply(message["o"])
        return self.cards

    def close(self) -> None:
        """Close the tab."""
        self.tab.socket.close()


def cards(server: LiveServer, route: str) -> dict[str, Any]:
    """Return the cards that a new tab shows."""
    viewer = Viewer(server, route)
    viewer.close()
    return viewer.cards
