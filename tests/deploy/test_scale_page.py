"""docs/howto/scale.md, followed word by word: from one process to two behind nginx.

Commands that install packages and begin with `sudo` are not run, but for the SQL in them. Ports are
free ones.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer
from tests.programs import Program
from tests.server.test_nginx import free_port, nginx
from tests.socket_tab import chat_tab, prompt, until

from .test_proxies import NAME, page, until_listening

ROOT = Path(__file__).parents[2]
INSTALLING = re.compile(r"sudo |python3 -m venv |\. |pip install ")


@pytest.fixture(scope="module")
def blocks() -> dict[str, list[str]]:
    """Return the blocks of the section by their language."""
    text = (ROOT / "docs" / "howto" / "scale.md").read_text()
    section = text.partition("## From one process to two\n")[2].partition("\n## ")[0]
    found: dict[str, list[str]] = {}
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        found.setdefault(language, []).append(block)
    return found


@pytest.fixture
def server(blocks: dict[str, list[str]]) -> Iterator[PostgresServer]:
    """Start a server, and run the SQL of the page on it."""
    started = PostgresServer()
    try:
        for statement in re.findall(r'psql -c "(.*?)"', blocks["sh"][0]):
            started.execute(statement)
        yield started
    finally:
        started.close()


def test_the_configuration_of_the_page_is_the_file(blocks: dict[str, list[str]]) -> None:
    assert blocks["nginx"] == [(ROOT / "deploy" / "nginx.conf").read_text()]


def answers(address: str, cookie: str, number: int) -> None:
    """Open a tab, and get an answer."""
    with chat_tab(address, cookie) as tab:
        prompt(tab, f"prompt {number}", f"action {number}")
        until(tab, f"You said: prompt {number}")


def test_its_commands_lead_to_two_processes_behind_nginx(
    blocks: dict[str, list[str]], server: PostgresServer, program: Program, tmp_path: Path
) -> None:
    commands = "".join(blocks["sh"]).splitlines()
    to_run = [one for one in commands if not INSTALLING.match(one)]
    assert [one.split()[:2] for one in to_run] == [
        ["export", "SWELL_DATABASE_URL=postgresql://chat:secret@127.0.0.1/chat"],
        ["swell", "db"],
        *[["swell", "run"]] * 3,
    ]
    export, upgrade, workers, *separate = to_run
    export = export.replace("127.0.0.1/", f"127.0.0.1:{server.port}/")
    (tmp_path / "app.py").write_text(blocks["py"][0])
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", "XDG_DATA_HOME": str(tmp_path / "data")}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"

    def run(command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["sh", "-c", f"{export}\nexec {command}"], cwd=tmp_path, env=environ
        )

    @contextlib.contextmanager
    def serving(command: str, port: int) -> Iterator[None]:
        process = run(command)
        try:
            until_listening(port)
            yield
        finally:
            process.terminate()
            assert process.wait(120) == 0

    assert run(upgrade).wait(120) == 0
    port = free_port()
    with serving(f"{workers} --port {port}", port):
        status, cookie = page(port, host="127.0.0.1")
        assert status == 200
        for number in range(4):
            answers(f"127.0.0.1:{port}", cookie, number)

    ports = [free_port(), free_port()]
    site = re.sub(r" *ssl_certificate.*\n", "", blocks["nginx"][0]).replace("443 ssl", str(port))
    with contextlib.ExitStack() as stack:
        for command, own in zip(separate, ports, strict=True):
            [written] = re.findall(r"--port (\d+)", command)
            site = site.replace(f":{written}", f":{own}")
            stack.enter_context(serving(command.replace(written, str(own)), own))
        stack.enter_context(nginx(program("nginx"), tmp_path, site))
        until_listening(port)
        status, cookie = page(port)
        assert status == 200
        for number in range(4, 8):
            answers(f"{NAME}:{port}", cookie, number)
