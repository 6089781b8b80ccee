"""The example that is mounted in FastAPI, behind a real server and in a browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .conftest import ROOT
from .test_hello_chat import expect_messages, say


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """Address of the example, served by the command that its first line names."""
    command = [sys.executable, "-m", "uvicorn", "fastapi_mount:server", "--port", "0"]
    environ = {"PATH": "", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    process = subprocess.Popen(
        command,
        cwd=ROOT / "examples" / "chat",
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        started = next(line for line in process.stderr if "running on" in line)
        yield next(word for word in started.split() if word.startswith("http://"))
    finally:
        process.terminate()
        process.communicate(timeout=45)


def test_the_chat_is_below_the_path_of_its_mount(served: str, page: Page) -> None:
    assert page.request.get(f"{served}/health").json() == {"status": "ok"}
    page.goto(f"{served}/assistant/")
    say(page, "Hi")
    expect_messages(page, "Hi", "You said: Hi")
    page.reload()
    expect_messages(page, "Hi", "You said: Hi")
