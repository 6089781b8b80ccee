"""A served app in a separate process: its address, its end, and its restart after a change."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from swell.cli.command_error import CommandError
from swell.cli.serve import bind
from swell.observe.logs import TextLines, logging_config
from swell.server.sessions import COOKIE

APP = """
from swell import Q, app, main

@app('/hello')
async def serve(q: Q): ...
"""


class Served:
    """A `swell` process and the lines that it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "swell", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.log: list[str] = []

    def line(self, part: str) -> str:
        """Wait for a line that contains `part` and return it."""
        assert self.process.stdout is not None
        giving_up = threading.Timer(60, self.process.kill)
        giving_up.start()
        try:
            for line in self.process.stdout:
                self.log.append(line)
                if part in line:
                    return line
        finally:
            giving_up.cancel()
        raise AssertionError(f"{part!r} was never printed:\n{''.join(self.log)}")

    def url(self) -> str:
        return self.line("Swell is running at ").split()[4]

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; return the exit code and what was printed since."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, rest


Serve = Callable[..., Served]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    """Give `serve("run", "app.py", ...)`; its processes are ended after the test."""
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        started.append(Served(folder, *arguments, "--port", "0"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()
        assert one.process.stdout is not None
        one.process.stdout.close()


def get(url: str, **headers: str) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request("GET", parts.path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def change(folder: Path, text: str) -> None:
    """Write the app anew, later than before even where a clock is coarse."""
    path = folder / "app.py"
    before = path.stat().st_mtime
    path.write_text(text)
    os.utime(path, (before + 10, before + 10))


def test_the_printed_address_is_that_of_the_app(serve: Serve) -> None:
    url = serve("run", "app.py").url()
    assert urlsplit(url).path == "/hello"
    response = get(url)
    assert response.status == 200
    assert "script-src 'self'" in (response.getheader("content-security-policy") or "")
    assert response.getheader("server") is None


def test_a_base_url_comes_before_everything(serve: Serve) -> None:
    url = serve("run", "app.py", "--base-url", "apps/one/").url()
    assert urlsplit(url).path == "/apps/one/hello"
    assert get(url).status == 200
    assert "_apps-one=" in (get(url).getheader("set-cookie") or "")


def test_a_server_on_the_network_says_so(serve: Serve) -> None:
    served = serve("run", "app.py", "--host", "0.0.0.0")
    assert served.url().startswith("http://127.0.0.1:")
    assert "without sign-in: anyone who can reach this machine can use it" in served.line("")


def test_a_server_on_the_network_with_sign_in_says_that_users_sign_in(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = tmp_path / "users.json"
    users.write_text("{}")
    monkeypatch.setenv("SWELL_PASSWORD_FILE", str(users))
    served = serve("run", "app.py", "--host", "0.0.0.0")
    served.url()
    assert "open to the network, and users sign in" in served.line("")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_ends_in_order(serve: Serve, number: int) -> None:
    served = serve("run", "app.py")
    get(served.url())
    assert served.end(number) == (0, "")


def test_a_running_handler_may_finish_before_the_app_shuts_down(serve: Serve, folder: Path) -> None:
    (folder / "app.py").write_text(
        "import asyncio\n"
        "from swell import app\n"
        "def say(text): print(text, flush=True)\n"
        "@app('/hello', on_shutdown=lambda: say('shut down'))\n"
        "async def serve(q):\n"
        "    say('begun')\n"
        "    await asyncio.sleep(0.5)\n"
        "    say('finished')\n"
    )
    served = serve("run", "app.py")
    url = served.url()
    parts = urlsplit(url)
    cookie = (get(url).getheader("set-cookie") or "").partition(";")[0]
    with connect(
        f"ws://{parts.netloc}/_s/ws",
        origin=Origin(f"http://{parts.netloc}"),
        additional_headers={"Cookie": cookie},
    ) as browser:
        browser.send(json.dumps({"t": "hello", "v": 1, "route": "/hello", "hash": ""}))
        served.line("begun")
        assert served.end() == (0, "finished\nshut down\n")


def test_what_does_not_end_is_left_behind(serve: Serve, folder: Path) -> None:
    (folder / "app.py").write_text(
        "import asyncio\n"
        "from swell import app\n"
        "from swell.cli import serve as cli\n"
        "cli.LAST_S = 0.1\n"
        "async def for_ever():\n"
        "    while True:\n"
        "        try: await asyncio.sleep(3600)\n"
        "        except asyncio.CancelledError: pass\n"
        "async def begin():\n"
        "    app.task = asyncio.create_task(for_ever())\n"
        "@app('/hello', on_startup=begin)\n"
        "async def serve(q): ...\n"
    )
    served = serve("run", "app.py")
    served.url()
    code, rest = served.end()
    assert code == 0
    assert "exiting anyway" in rest


def test_a_second_ctrl_c_does_not_wait(serve: Serve, folder: Path) -> None:
    (folder / "app.py").write_text(
        "import asyncio\n"
        "from swell import app, main\n"
        "async def for_ever():\n"
        "    print('draining', flush=True)\n"
        "    await asyncio.sleep(3600)\n"
        "main.drain = for_ever\n" + APP
    )
    served = serve("run", "app.py")
    served.url()
    served.process.send_signal(signal.SIGINT)
    served.line("draining")
    assert served.end(signal.SIGINT)[0] == 0


def test_an_app_that_cannot_start_ends_with_its_traceback(serve: Serve, folder: Path) -> None:
    (folder / "app.py").write_text(
        "from swell import app\n"
        "def no(): raise RuntimeError('no database')\n"
        "@app('/', on_startup=no)\n"
        "async def serve(q): ...\n"
    )
    served = serve("run", "app.py")
    printed, _ = served.process.communicate(timeout=60)
    assert served.process.returncode != 0
    assert "no database" in printed
    assert "Swell is running" not in printed


def test_a_change_starts_it_again_and_sessions_stay(serve: Serve, folder: Path) -> None:
    served = serve("run", "app.py", "--reload")
    url = served.url()
    cookie = (get(url).getheader("set-cookie") or "").partition(";")[0]
    assert cookie.startswith(f"{COOKIE}_")

    change(folder, "def broken(:\n")
    served.line("waiting for a change")
    change(folder, APP.replace("hello", "again"))
    served.line("Swell is running at")
    again = get(url.replace("hello", "again"), Cookie=cookie).getheader("set-cookie") or ""
    assert again.partition(".")[0] == cookie.partition(".")[0]  # the same session, signed afresh
    assert served.end()[0] == 0


def test_a_port_belongs_to_one_server() -> None:
    sockets = bind("127.0.0.1", 0)
    try:
        port = sockets[0].getsockname()[1]
        with pytest.raises(CommandError, match=f"port {port} on 127.0.0.1 is in use"):
            bind("127.0.0.1", port)
    finally:
        for one in sockets:
            one.close()


def test_a_connection_sends_small_responses_at_once() -> None:
    """Without the algorithm of Nagle, which holds a body back until its head is acknowledged."""

    async def delayed() -> int:
        accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sock = writer.get_extra_info("socket")
            accepted.set_result(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        [listening] = bind("127.0.0.1", 0)
        async with await asyncio.start_server(accept, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            try:
                return await accepted
            finally:
                writer.close()

    assert asyncio.run(delayed()) == 1


def test_a_log_line_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("swell.test")
    before = logging.getLogger("swell").handlers[:]
    logging.config.dictConfig(logging_config("info", "text"))
    try:
        logger.warning("name %s", "a\r\n2026 INFO forged\x1b[31m\u202e")
        try:
            raise ValueError("x\x1b[31m")
        except ValueError:
            logger.exception("failed")
    finally:
        logging.getLogger("swell").handlers[:] = before
        logging.getLogger("swell").propagate = True
    shown = capsys.readouterr().err
    assert "name a\\r\\n2026 INFO forged\\x1b[31m\\u202e\n" in shown
    assert "\x1b" not in shown
    assert "Traceback (most recent call last):\n" in shown


def test_what_an_exception_says_cannot_forge_a_line_of_the_log() -> None:
    forged = "2026-01-01 00:00:00,000 INFO swell: all is well"
    formatter = TextLines("%(levelname)s %(message)s")
    try:
        try:
            raise ValueError(f"no such user\n{forged}")
        except ValueError as cause:
            cause.add_note(f"a note\r\n{forged}\x1b[2J")
            raise ExceptionGroup(f"several\n{forged}", [TypeError(f"key\n{forged}")]) from cause
    except ExceptionGroup as error:
        record = logging.LogRecord(
            "swell", logging.ERROR, "", 0, f"failed\n{forged}", (), (type(error), error, None)
        )
    lines = formatter.format(record).split("\n")
    assert not [line for line in lines if line.lstrip(" |").startswith("2026-01-01")]
    assert "\x1b" not in "".join(lines)
    assert any(f"no such user\\n{forged}" in line for line in lines)
