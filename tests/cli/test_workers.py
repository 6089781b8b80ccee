"""Several processes on one port: they share it, come back, and give way to new ones."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.postgres import PostgresServer, new_database
from tests.socket_tab import chat_tab, prompt, until
from websockets.sync.client import connect
from websockets.typing import Origin

from swell.cli import main, workers
from swell.cli.command_error import CommandError
from swell.cli.load import parse_target
from swell.settings.table import Settings

from .test_serve import Served, get

APP = """
import asyncio, os
from swell import Q, app, main

VERSION = 1

async def pid(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{VERSION} {os.getpid()}".encode()})

main.mount("/pid", pid)

@app("/hello")
async def serve(q: Q):
    if not q.events["@system"]:
        print("begun", flush=True)
        await asyncio.sleep(0.5)
        print("finished", flush=True)
"""

Serve = Callable[..., Served]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    """Give `serve(2)`, which starts the app with as many processes."""
    started: list[Served] = []

    def start(count: int, *arguments: str) -> Served:
        more = ("--workers", str(count), "--port", "0", *arguments)
        started.append(Served(folder, "run", "app.py", *more))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()
        assert one.process.stdout is not None
        one.process.stdout.close()


def ask(url: str) -> str:
    """Return what a new connection is answered: the version of the app and the process."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request("GET", "/pid")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def pids(url: str, count: int = 2) -> set[int]:
    """Return the processes that answer, once there are so many."""
    until, found = time.monotonic() + 60, set[int]()
    while len(found) < count:
        assert time.monotonic() < until, f"only {found} answer"
        found.add(int(ask(url).split()[1]))
    return found


def gone(pid: int) -> None:
    """Wait until a process has ended."""
    until = time.monotonic() + 60
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.kill(pid, 0)
            time.sleep(0.01)
        pytest.fail(f"process {pid} runs")


@contextlib.contextmanager
def tab(url: str) -> Iterator[None]:
    """Open the page in a tab, which starts its handler."""
    parts = urlsplit(url)
    cookie = (get(url).getheader("set-cookie") or "").partition(";")[0]
    with connect(
        f"ws://{parts.netloc}/_s/ws",
        origin=Origin(f"http://{parts.netloc}"),
        additional_headers={"Cookie": cookie},
    ) as browser:
        browser.send(json.dumps({"t": "hello", "v": 1, "route": "/hello", "hash": ""}))
        yield


def test_connections_are_spread_over_the_processes(serve: Serve) -> None:
    served = serve(3)
    line = served.line("Swell is running at ")
    assert "with 3 processes" in line
    assert served.process.pid not in pids(line.split()[4], 3)
    assert served.end() == (0, "")


def test_browsers_keep_their_session_in_every_process(serve: Serve) -> None:
    url = serve(2).url()
    cookie = (get(url).getheader("set-cookie") or "").partition(";")[0]
    for _ in range(20):
        again = get(url, Cookie=cookie).getheader("set-cookie") or ""
        assert again.partition(".")[0] == cookie.partition(".")[0]


def test_a_process_that_is_killed_comes_back(serve: Serve) -> None:
    served = serve(2)
    url = served.url()
    killed, other = pids(url)
    os.kill(killed, signal.SIGKILL)
    served.line(f"worker {killed} ended with signal 9 (SIGKILL); starting another")
    gone(killed)
    now = pids(url)
    assert other in now
    assert killed not in now


def test_a_process_that_dies_at_once_is_started_again_and_again(serve: Serve, folder: Path) -> None:
    broken = folder / "broken"
    check = f"import pathlib\nif pathlib.Path({str(broken)!r}).exists(): raise RuntimeError('no')\n"
    (folder / "app.py").write_text(check + APP)
    served = serve(2)
    url = served.url()
    broken.touch()
    killed, other = pids(url)
    os.kill(killed, signal.SIGKILL)
    for _ in range(2):
        served.line("could not start a worker, trying again: app.py could not be")
    assert pids(url, 1) == {other}
    broken.unlink()
    assert other in pids(url)


def test_an_app_that_cannot_start_ends_everything_with_its_reason_said_once(
    serve: Serve, folder: Path
) -> None:
    (folder / "app.py").write_text(
        "from swell import app\n"
        "def no(): raise RuntimeError('no database')\n"
        "@app('/', on_startup=no)\n"
        "async def serve(q): ...\n"
    )
    served = serve(2)
    printed, _ = served.process.communicate(timeout=60)
    assert served.process.returncode == 1
    assert printed.count("RuntimeError: no database") == 1
    assert printed.endswith("swell: app.py could not start; the reason is above\n")
    assert "Swell is running" not in printed


def test_a_setting_that_cannot_be_used_has_the_exit_code_of_one_process(
    serve: Serve, folder: Path
) -> None:
    (folder / "app.py").write_text(
        "from swell.errors import SettingError\nraise SettingError('port', 'app.py', 'no')\n"
    )
    alone = Served(folder, "run", "app.py", "--port", "0")
    many = serve(2)
    said = [one.process.communicate(timeout=60)[0].splitlines()[-1] for one in (alone, many)]
    assert said[0] == said[1]
    assert alone.process.returncode == many.process.returncode
    assert alone.process.stdout is not None
    alone.process.stdout.close()


def test_a_process_that_ends_while_it_starts_ends_everything(serve: Serve, folder: Path) -> None:
    (folder / "app.py").write_text("import os\nos._exit(7)\n")
    served = serve(2)
    printed, _ = served.process.communicate(timeout=60)
    assert served.process.returncode == 1
    assert printed == "swell: a worker ended with exit code 7 before it accepted requests\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_all_let_their_handlers_finish(serve: Serve, number: int) -> None:
    served = serve(2)
    url = served.url()
    with tab(url), tab(url), tab(url):
        for _ in range(3):
            served.line("begun")
        code, rest = served.end(number)
    assert code == 0
    assert rest.count("finished") == 3


def test_asked_to_end_while_it_starts_it_ends(serve: Serve, folder: Path) -> None:
    (folder / "app.py").write_text(
        "import time\nprint('importing', flush=True)\ntime.sleep(3600)\n" + APP
    )
    served = serve(2)
    served.line("importing")
    assert served.end() == (0, "")


def test_a_second_ctrl_c_does_not_wait(serve: Serve, folder: Path) -> None:
    (folder / "app.py").write_text(
        APP + "async def for_ever():\n"
        "    print('draining', flush=True)\n"
        "    await asyncio.sleep(3600)\n"
        "main.drain = for_ever\n"
    )
    served = serve(2)
    served.url()
    served.process.send_signal(signal.SIGINT)
    for _ in range(2):
        served.line("draining")
    assert served.end(signal.SIGINT)[0] == 0


def test_processes_end_when_their_supervisor_is_killed(serve: Serve) -> None:
    served = serve(2)
    found = pids(served.url())
    served.process.kill()
    for pid in found:
        gone(pid)


class Poller:
    """Opens one connection after the other in a thread, and remembers the answers.

    Attributes:
        answers: What was answered, in this order.
        failures: Connections that were refused or not answered.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._poll)
        self.answers: list[str] = []
        self.failures: list[str] = []

    def _poll(self) -> None:
        while not self._over.is_set():
            try:
                self.answers.append(ask(self._url))
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def test_sighup_replaces_them_one_after_the_other_and_the_port_is_always_served(
    serve: Serve, folder: Path
) -> None:
    served = serve(2)
    url = served.url()
    before = pids(url)
    with tab(url):
        served.line("begun")
        (folder / "app.py").write_text(APP.replace("VERSION = 1", "VERSION = 2"))
        with Poller(url) as poller:
            served.process.send_signal(signal.SIGHUP)
            served.line("replaced 2 workers")
    assert poller.failures == []
    assert any(line == "finished\n" for line in served.log)  # its handler was let finish
    assert {answer.split()[0] for answer in poller.answers} == {"1", "2"}
    assert ask(url).startswith("2 ")
    assert not before & pids(url)
    for pid in before:
        gone(pid)
    assert served.end()[0] == 0


@pytest.mark.parametrize("nohup", [False, True], ids=["closed", "nohup"])
def test_they_end_with_their_terminal_unless_started_with_nohup(folder: Path, nohup: bool) -> None:
    command = f"{sys.executable} -m swell run app.py --workers 2 --port 0"
    # nohup lets go of its input before it ignores SIGHUP: 3 keeps the terminal open until the end.
    line = f"echo $$ >pid; exec 3<&0 {'nohup ' if nohup else ''}{command} >log 2>&1"
    program = "import pty, sys; pty.spawn(sys.argv[1:])"
    words = [sys.executable, "-c", program, "sh", "-c", line]
    terminal = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL)

    def logged(part: str) -> None:
        until = time.monotonic() + 60
        while part not in (
            log := (folder / "log").read_text() if (folder / "log").exists() else ""
        ):
            assert time.monotonic() < until, f"{part} was never logged, only {log!r}"
            time.sleep(0.05)

    try:
        logged("Swell is running at ")
        pid = int((folder / "pid").read_text())
    finally:
        terminal.kill()  # the system sends SIGHUP
        terminal.wait()
    if nohup:
        logged("replaced 2 workers")
        os.kill(pid, signal.SIGTERM)
    gone(pid)


def test_new_code_that_cannot_start_replaces_nothing(serve: Serve, folder: Path) -> None:
    served = serve(2)
    url = served.url()
    before = pids(url)
    (folder / "app.py").write_text("def broken(:\n")
    served.process.send_signal(signal.SIGHUP)
    served.line("could not replace the workers: app.py could not be")
    assert pids(url) == before


def test_reloading_is_for_one_process(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "app.py", "--workers", "2", "--reload"]) == 2
    assert "--reload works with one process; leave out --workers" in capsys.readouterr().err


def test_windows_cannot_share_a_port(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = parse_target("app.py", folder)
    monkeypatch.setattr(os, "name", "nt")
    with pytest.raises(CommandError, match="--workers needs Linux or macOS"):
        workers.start_workers(target, Settings(workers=2))


CHAT = """
from swell.chat import Turn, chat

@chat("/")
async def answer(turn: Turn):
    yield "Hello."
"""


def test_a_chat_on_sqlite_is_for_one_process(
    serve: Serve, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "app.py").write_text(CHAT)
    monkeypatch.setenv("SWELL_DATABASE_URL", str(folder / "chat.db"))
    served = serve(2)
    printed, _ = served.process.communicate(timeout=60)
    assert served.process.returncode == 1
    assert "2 processes of a chat need PostgreSQL: set SWELL_DATABASE_URL to" in printed
    assert "Traceback" not in printed


def test_a_chat_on_postgresql_is_served_by_many_processes(
    serve: Serve,
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres: PostgresServer,
    postgres_template: str,
) -> None:
    (folder / "app.py").write_text(CHAT + APP)
    url = new_database(postgres, postgres_template)
    monkeypatch.setenv("SWELL_DATABASE_URL", url)
    served = serve(2)
    serving = pids(served.url())
    assert main(["status", "--url", url]) == 0
    listed = capsys.readouterr().out
    assert {int(pid) for pid in re.findall(r" (\d+) +\d+ s +\d+ s ago +serving", listed)} == serving
    assert "processes: 2 alive, 0 silent" in listed
    assert served.end() == (0, "")
    assert main(["status", "--url", url]) == 0
    assert "processes: 0 alive, 0 silent" in capsys.readouterr().out


def test_processes_on_one_database_accept_the_sessions_of_each_other(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres: PostgresServer,
    postgres_template: str,
) -> None:
    (folder / "app.py").write_text(CHAT)
    monkeypatch.setenv("SWELL_DATABASE_URL", new_database(postgres, postgres_template))
    monkeypatch.setenv("SWELL_SESSION_COOKIE", "team")
    both = []
    for machine in ("one", "other"):  # which begin together
        monkeypatch.setenv("XDG_DATA_HOME", str(folder / machine))
        both.append(Served(folder, "run", "app.py", "--port", "0"))
    one, other = (served.url() for served in both)
    cookie = (get(one).getheader("set-cookie") or "").partition(";")[0]
    again = get(other, Cookie=cookie).getheader("set-cookie") or ""
    for served in both:
        assert served.end() == (0, "")
        assert served.process.stdout is not None
        served.process.stdout.close()
    assert cookie.startswith("team=")
    assert again.partition(".")[0] == cookie.partition(".")[0]  # the same session, signed afresh


HELD = """
import asyncio, pathlib
from swell.chat import Turn, chat

@chat("/", title="Chat")
async def answer(turn: Turn):
    yield f"{turn.prompt} begun "
    while turn.prompt == "hold" and not pathlib.Path("release").exists():
        await asyncio.sleep(0.02)
    yield f"{turn.prompt} done"
"""


def test_what_a_draining_process_does_not_take_another_one_answers(
    serve: Serve,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    postgres: PostgresServer,
    postgres_template: str,
) -> None:
    (folder / "app.py").write_text(HELD)
    url = new_database(postgres, postgres_template)
    monkeypatch.setenv("SWELL_DATABASE_URL", url)
    served = serve(2)
    address = served.url()
    cookie = (get(address).getheader("set-cookie") or "").partition(";")[0]
    with chat_tab(urlsplit(address).netloc, cookie) as tab:
        prompt(tab, "hold", "first")
        until(tab, "hold begun")
        served.process.send_signal(signal.SIGHUP)
        until(tab, '"drain"')  # its process waits for the answer
        prompt(tab, "now", "second")
        assert '"in_ms":0' in until(tab, '"drain"')
    with chat_tab(urlsplit(address).netloc, cookie) as tab:
        prompt(tab, "now", "second")
        until(tab, "now done")
    (folder / "release").touch()
    served.line("replaced 2 workers")
    assert served.end()[0] == 0
    with psycopg.connect(url) as database:
        rows = database.execute("SELECT state FROM runs").fetchall()
        texts = database.execute("SELECT body FROM parts ORDER BY body").fetchall()
    assert rows == [("done",), ("done",)]
    assert [one for (one,) in texts if "done" in one] == [
        '{"type":"text","text":"hold begun hold done"}',
        '{"type":"text","text":"now begun now done"}',
    ]
