"""`swell drain`: stop the processes of an app on this machine, in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swell.cli.load import parse_target
from swell.cli.running import found

from .test_serve import Served

APP = """
from swell import Q, app

@app("/hello", on_shutdown=lambda: print("shut down", flush=True))
async def serve(q: Q): ...
"""

Serve = Callable[..., Served]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "other.py").write_text(APP)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    """Give `serve("app.py", ...)`, which starts an app."""
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        started.append(Served(folder, "run", *arguments, "--port", "0"))
        started[-1].url()
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()
        assert one.process.stdout is not None
        one.process.stdout.close()


def drain(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "swell", "drain", *arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    return ended.returncode, ended.stdout + ended.stderr


def test_all_processes_of_the_app_end_and_no_others(serve: Serve, folder: Path) -> None:
    alone, many = serve("app.py"), serve("app.py", "--workers", "2")
    other = serve("other.py")
    code, printed = drain(folder, "app.py")
    assert code == 0
    ids = sorted(str(one.process.pid) for one in (alone, many))
    assert sorted(printed.split("process ")[1:]) == [f"{pid} drains\n" for pid in ids]
    for one, count in ((alone, 1), (many, 2)):
        rest, _ = one.process.communicate(timeout=60)  # they have ended, or it would time out
        assert (one.process.returncode, rest.count("shut down")) == (0, count)
    assert other.process.poll() is None
    assert drain(folder, "app.py") == (
        1,
        "swell: no `swell run` of this account serves app.py on this machine\n",
    )


def test_a_process_that_was_killed_is_not_found(serve: Serve, folder: Path) -> None:
    served, target = serve("app.py"), parse_target("app.py", folder)
    [one] = found(target)
    assert one.pid == served.process.pid
    os.kill(one.pid, signal.SIGKILL)
    served.process.wait(60)
    assert found(target) == []
    assert list((folder / "data" / "swell" / "running").iterdir()) == []
