"""A chat that `swell run` serves in other processes, with its log, for tests of what it reports."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import NamedTuple

from tests.socket_tab import chat_tab, prompt, until

__all__ = ["Response", "Service", "get", "serving_chat"]

_ENDS = ('"done"', '"failed"', '"stopped"')


class Response(NamedTuple):
    """The response to a GET."""

    status: int
    headers: Message
    text: str


def get(netloc: str, path: str, **headers: str) -> Response:
    """Send a GET to a host and port, and return the response."""
    connection = http.client.HTTPConnection(netloc, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        got = connection.getresponse()
        return Response(got.status, got.headers, got.read().decode())
    finally:
        connection.close()


class Service:
    """A running `swell run`.

    Attributes:
        log: What it has printed so far, line by line, both streams.
        netloc: Its host and port.
    """

    def __init__(self, folder: Path, *arguments: str, **environ: str) -> None:
        self.log: list[str] = []
        self._news = threading.Condition()
        self._cookie = ""
        self._closed = False
        clean = {name: value for name, value in os.environ.items() if name != "SWELL_DATABASE_URL"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "swell", "run", "app.py", "--port", "0", *arguments],
            cwd=folder,
            env={**clean, "PYTHONUNBUFFERED": "1", "XDG_DATA_HOME": str(folder), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.netloc = re.findall(r"http://([^/ ]+)", self.line("Swell is running at"))[0]
        except BaseException:
            self.end()
            raise

    def line(self, part: str) -> str:
        """Wait for a line of the log with a text, and return it."""
        with self._news:
            assert self._news.wait_for(
                lambda: any(part in one for one in self.log) or self._closed, 60
            )
            found = [one for one in self.log if part in one]
        assert found, "".join(self.log)
        return found[0]

    def get(self, path: str, **headers: str) -> Response:
        """Send a GET, and return the response."""
        return get(self.netloc, path, **headers)

    def cookie(self) -> str:
        """Return the cookie of a new browser."""
        return self.get("/").headers["Set-Cookie"].partition(";")[0]

    def ask(self, *prompts: str) -> None:
        """Send prompts in a new tab, each when the answer before it has ended."""
        self._cookie = self.cookie()
        with chat_tab(self.netloc, self._cookie) as tab:
            for number, text in enumerate(prompts):
                prompt(tab, text, f"prompt-{number:030}")
                ended = False
                while not ended:
                    frame = str(tab.recv(timeout=60))
                    ended = any(end in frame for end in _ENDS)

    def refused(self, text: str) -> None:
        """Send a prompt in the browser of the last call of `ask`, which is refused."""
        with chat_tab(self.netloc, self._cookie) as tab:
            prompt(tab, text, f"refused-{'x' * 30}")
            until(tab, '"st":"err"')

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill it, as a machine that loses its power."""
        self._process.kill()

    def kill_worker(self) -> None:
        """Kill one of the workers."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children.split()}
        worker = next(pid for pid, command in commands.items() if b"spawn_main" in command)
        os.kill(worker, signal.SIGKILL)

    def end(self) -> int:
        """Stop it, and return the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(60)
        self._reader.join(60)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self.log.append(line)
                self._news.notify_all()
        with self._news:
            self._closed = True
            self._news.notify_all()


@contextmanager
def serving_chat(folder: Path, app: str, *arguments: str, **environ: str) -> Iterator[Service]:
    """Serve the source of an app.

    Args:
        folder: An empty folder for it.
        app: The source.
        *arguments: Further arguments of `swell run`.
        **environ: Environment variables.
    """
    (folder / "app.py").write_text(app, encoding="utf-8")
    service = Service(folder, *arguments, **environ)
    try:
        yield service
    finally:
        service.end()
