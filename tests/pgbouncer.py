"""PgBouncer before a PostgreSQL server, for tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.postgres import PostgresServer, new_database
from tests.programs import Program

__all__ = ["pgbouncer", "pooled"]

START_S = 120.0


@contextmanager
def pgbouncer(program: Path, server_port: int, database: str, mode: str) -> Iterator[str]:
    """Run PgBouncer; give the URL of a database behind it.

    Args:
        program: Its path.
        server_port: Port of the server.
        database: Name of the database.
        mode: `session` or `transaction`.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not in pytest's folder, which only this account may enter.
    folder = Path(tempfile.mkdtemp(prefix="swell-pgbouncer-"))
    users, settings = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text('"swell" ""\n')
    settings.write_text(
        "[databases]\n"
        f"* = host=127.0.0.1 port={server_port} user=swell\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"auth_type = trust\nauth_file = {users}\nunix_socket_dir =\n"
        f"pool_mode = {mode}\ndefault_pool_size = 20\nserver_round_robin = 1\n"
    )
    folder.chmod(0o755)
    # It refuses to run as root, as PostgreSQL does.
    user = "nobody" if os.geteuid() == 0 else None
    process = subprocess.Popen(
        [program, "-q", settings],
        user=user,
        extra_groups=[] if user else None,
        cwd="/",
    )
    through = f"postgresql://swell@127.0.0.1:{port}/{database}"
    until = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(through, connect_timeout=2).close()
            break
        except psycopg.OperationalError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
    try:
        yield through
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


@pytest.fixture
def pooled(postgres: PostgresServer, postgres_template: str, program: Program) -> Iterator[str]:
    """Return the URL of a new database behind PgBouncer in transaction mode."""
    name = new_database(postgres, postgres_template).rpartition("/")[2]
    with pgbouncer(program("pgbouncer"), postgres.port, name, "transaction") as through:
        yield through
