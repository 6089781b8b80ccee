"""Servers of Valkey or Redis for tests: one, a cluster, or one that Sentinels watch."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.programs import Program

__all__ = ["RedisServer", "redis_server"]

START_S = 120.0


class RedisServer:
    """One process, with its data in a new folder, reached by TCP on this machine.

    Args:
        program: Path of `valkey-server` or `redis-server`.
        settings: Lines of its configuration.
        sentinel: Whether it is a Sentinel.
    """

    def __init__(self, program: Path, *settings: str, sentinel: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="swell-redis-"))
        with socket.socket() as free, socket.socket() as bus:
            free.bind(("127.0.0.1", 0))
            bus.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
            self.bus_port: int = bus.getsockname()[1]
        lines = [f"port {self.port}", "bind 127.0.0.1", f"dir {self._folder}", *settings]
        if any(line.startswith("cluster-enabled") for line in settings):
            lines.append(f"cluster-port {self.bus_port}")
        if not sentinel:
            lines += ["save ''", "appendonly no"]
        file = self._folder / "conf"
        file.write_text("\n".join(lines) + "\n")
        self._command = [str(program), str(file), *(["--sentinel"] if sentinel else [])]
        self._process: subprocess.Popen[bytes] | None = None
        self.client = Redis(port=self.port, socket_timeout=10)
        self.start()

    def url(self, database: int = 0) -> str:
        """Return its URL."""
        return f"redis://127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def run(self, *command: str | int) -> Any:
        """Run a command of the server."""
        return self.client.execute_command(*command)  # type: ignore[no-untyped-call]

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        while True:
            try:
                self.client.ping()
                return
            except RedisError:
                assert self._process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.02)

    def kill(self) -> None:
        """End it at once."""
        self.signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def close(self) -> None:
        """End it and remove its data."""
        self.client.close()
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture
def redis_server(program: Program) -> Iterator[RedisServer]:
    """Start one server."""
    server = RedisServer(program("redis-server"))
    try:
        yield server
    finally:
        server.close()
