"""Two processes of a chat behind each proxy of deploy/, without sticky sessions."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.attacks.rig import Target, target
from tests.postgres import PostgresServer, new_database
from tests.programs import Program
from tests.server.test_nginx import free_port, nginx
from tests.socket_tab import chat_tab, prompt, until

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "chat.example.com"
APP = """
import os
from swell.chat import Turn, chat

@chat("/", app="chat")
async def answer(turn: Turn):
    yield f"process {os.getpid()} answers {turn.prompt}."
"""

Proxy = Callable[[Path, int, tuple[int, int]], contextlib.AbstractContextManager[None]]


def configured(file: str, swell: tuple[int, int]) -> str:
    """Return a file with the ports of two processes."""
    text = (DEPLOY / file).read_text()
    assert "127.0.0.1:10101" in text
    return text.replace(":10101", f":{swell[0]}").replace(":10102", f":{swell[1]}")


@contextlib.contextmanager
def started(port: int, *command: str | Path) -> Iterator[None]:
    """Run a proxy, and wait until it listens."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until_listening(port)
        yield
    finally:
        process.terminate()
        process.wait(30)


def until_listening(port: int) -> None:
    for _ in range(1500):
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.02)
    pytest.fail(f"the proxy does not listen on port {port}")


@pytest.fixture(params=["nginx", "caddy", "haproxy"])
def proxy(request: pytest.FixtureRequest, program: Program) -> Proxy:
    """Give `proxy(folder, port, ports)`: a proxy on a port, without TLS, before two processes."""
    binary = program(request.param)

    @contextlib.contextmanager
    def behind_nginx(folder: Path, port: int, swell: tuple[int, int]) -> Iterator[None]:
        text = re.sub(r" *ssl_certificate.*\n", "", configured("nginx.conf", swell))
        with nginx(binary, folder, text.replace("443 ssl", str(port))):
            until_listening(port)
            yield

    @contextlib.contextmanager
    def behind_caddy(folder: Path, port: int, swell: tuple[int, int]) -> Iterator[None]:
        text = configured("Caddyfile", swell).replace(f"\n{NAME} {{", f"\nhttp://{NAME}:{port} {{")
        file = folder / "Caddyfile"
        file.write_text(f"{{\n\tadmin off\n\tstorage file_system {folder / 'caddy'}\n}}\n{text}")
        with started(port, binary, "run", "--adapter", "caddyfile", "--config", file):
            yield

    @contextlib.contextmanager
    def behind_haproxy(folder: Path, port: int, swell: tuple[int, int]) -> Iterator[None]:
        text = re.sub(r"bind :443 ssl .*", f"bind :{port}", configured("haproxy.cfg", swell))
        file = folder / "haproxy.cfg"
        file.write_text(text.replace("X-Forwarded-Proto https", "X-Forwarded-Proto http"))
        with started(port, binary, "-db", "-f", file):
            yield

    chosen: Proxy = {"nginx": behind_nginx, "caddy": behind_caddy, "haproxy": behind_haproxy}[
        request.param
    ]
    return chosen


def page(port: int, cookie: str = "", host: str = NAME) -> tuple[int, str]:
    """Load the page on a new connection; return the status and the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", "/", headers={"Host": f"{host}:{port}", "Cookie": cookie})
        response = connection.getresponse()
        response.read()
        return response.status, (response.getheader("set-cookie") or "").partition(";")[0]


class Visitors:
    """Load pages in a thread, one after the other.

    Attributes:
        failures: Answers other than 200, and connections that failed.
    """

    def __init__(self, port: int, cookie: str) -> None:
        self._visit = (port, cookie)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._load)
        self.failures: list[str] = []

    def _load(self) -> None:
        while not self._over.is_set():
            try:
                status, _ = page(*self._visit)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
            else:
                self.failures += [str(status)] if status != 200 else []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def test_a_chat_works_through_two_processes_and_goes_on_when_one_drains(
    proxy: Proxy, tmp_path: Path, postgres: PostgresServer, postgres_template: str
) -> None:
    (tmp_path / "app.py").write_text(APP)
    url, port = new_database(postgres, postgres_template), free_port()
    settings = {"app": tmp_path / "app.py", "database_url": url, "allowed_hosts": NAME}
    with contextlib.ExitStack() as stack:
        both: list[Target] = [stack.enter_context(target(tmp_path, **settings)) for _ in range(2)]
        stack.enter_context(proxy(tmp_path, port, (both[0].port, both[1].port)))
        address = f"{NAME}:{port}"
        _, cookie = page(port)
        answered: set[int] = set()
        for number in range(60):
            with chat_tab(address, cookie) as tab:
                prompt(tab, f"prompt {number}", f"action {number}")
                [pid] = re.findall(r"process (\d+) answers", until(tab, "answers"))
                answered.add(int(pid))
            if len(answered) == 2:
                break
        assert answered == {one.pid for one in both}

        _, again = page(port, cookie)
        assert again.partition(".")[0] == cookie.partition(".")[0]  # the same session
        with Visitors(port, cookie) as visitors:
            both[0].terminate()
            both[0].stop()
            for number in range(5):
                with chat_tab(address, cookie) as tab:
                    prompt(tab, f"after {number}", f"later {number}")
                    assert f"process {both[1].pid} answers" in until(tab, "answers")
        assert visitors.failures == []
