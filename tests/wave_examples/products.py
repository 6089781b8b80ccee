"""The two products that serve an example: Swell, and H2O Wave with its `waved`."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["Example", "Process", "Swell", "Wave"]

START_S = 40.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_ROUTE = re.compile(r"""@app\(\s*['"]([^'"]+)""")
_PAGE = re.compile(r"""site\[\s*['"]([^'"]+)""")


class Example:
    """One file of Wave's `py/examples`.

    Attributes:
        name: Name of the module.
        path: The file.
        is_app: Whether it has an `@app` handler; otherwise it is a script that pushes with `site`.
        route: Path of its page.
    """

    def __init__(self, path: Path) -> None:
        source = path.read_text(encoding="utf-8")
        app, page = _ROUTE.search(source), _PAGE.search(source)
        self.name, self.path = path.stem, path
        self.is_app = app is not None
        self.is_program = app is not None or "site" in source
        found = app or page
        self.route = found[1] if found else "/demo"
        self.uses_neighbours = bool(re.search(r"^from synth", source, re.MULTILINE))


class Process:
    """A process whose output is kept in `log`."""

    def __init__(self, command: list[str], cwd: Path, env: dict[str, str]) -> None:
        self.log: list[str] = []
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.log.append(line.rstrip())

    def wait_for(self, pattern: re.Pattern[str]) -> str | None:
        """Return the first match in the log, or None if the process ends or is too slow."""
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            ended = self._process.poll() is not None
            for line in list(self.log):
                if (match := pattern.search(line)) is not None:
                    return match[0]
            if ended:
                return None
            time.sleep(0.1)
        return None

    def wait(self, seconds: float) -> None:
        """Wait until the process ends, at most for some seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)


def free_port() -> int:
    """Return a port that no program listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _path(example: Example, packages: Path | None) -> dict[str, str]:
    folders = [str(packages)] if packages else []
    if example.uses_neighbours:
        folders.append(str(example.path.parent))
    return {"PYTHONPATH": os.pathsep.join(folders)}


class Swell:
    """`swell run` for each app; one `swell serve` for all scripts."""

    name = "swell"

    def __init__(self, folder: Path, packages: Path | None) -> None:
        self._cwd, self._packages = folder.parent, packages
        self._site: Process | None = None
        self._address = ""

    def _swell(self, *words: str, env: dict[str, str]) -> Process:
        command = [sys.executable, "-m", "swell", *words, "--port", "0"]
        return Process(command, self._cwd, env)

    def start(self, example: Example) -> tuple[str | None, list[Process]]:
        """Start an example; return its address, if it started, and its processes."""
        env = _path(example, self._packages)
        if example.is_app:
            app = self._swell("run", f"examples.{example.name}", env=env)
            address = app.wait_for(_ADDRESS)
            return address and address + example.route, [app]
        if self._site is None:
            self._site = self._swell("serve", env={})
            self._address = self._site.wait_for(_ADDRESS) or ""
        env |= {"H2O_WAVE_ADDRESS": self._address}
        script = Process([sys.executable, str(example.path)], self._cwd, env)
        script.wait(8)
        return self._address + example.route, [script]

    def close(self) -> None:
        """End what serves the scripts."""
        if self._site is not None:
            self._site.stop()


class Wave:
    """The real Wave, from a virtual environment with `h2o-wave`: one `waved`, uvicorn per app."""

    name = "wave"

    def __init__(self, folder: Path, packages: Path | None, venv: Path) -> None:
        self._cwd, self._packages, self._venv = folder.parent, packages, venv
        port = free_port()
        self._address = f"http://127.0.0.1:{port}"
        env = {"H2O_WAVE_LISTEN": f"127.0.0.1:{port}"}
        self._waved = Process([str(venv / "waved"), "-listen", f"127.0.0.1:{port}"], venv, env)
        self._waved.wait_for(re.compile("listening|Running|address", re.IGNORECASE))

    def start(self, example: Example) -> tuple[str | None, list[Process]]:
        """Start an example; return its address, if it started, and its processes."""
        env = _path(example, self._packages) | {"H2O_WAVE_ADDRESS": self._address}
        python = str(self._venv / "bin" / "python")
        if not example.is_app:
            script = Process([python, str(example.path)], self._cwd, env)
            script.wait(8)
            return self._address + example.route, [script]
        port = free_port()
        env |= {"H2O_WAVE_APP_ADDRESS": f"http://127.0.0.1:{port}"}
        words = ["-m", "uvicorn", f"examples.{example.name}:main", "--port", str(port)]
        app = Process([python, *words], self._cwd, env)
        started = app.wait_for(re.compile("Uvicorn running"))
        return started and self._address + example.route, [app]

    def close(self) -> None:
        """End `waved`."""
        self._waved.stop()
