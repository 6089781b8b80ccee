"""What a newcomer pastes into an empty folder runs there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def blocks(page: str) -> list[str]:
    """Return the Python of a page, block by block."""
    return re.findall(r"^```py\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


def clean() -> dict[str, str]:
    """Return an environment without anything that a newcomer has not set."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


@pytest.mark.parametrize("number", range(len(blocks("docs/howto/testing.md"))))
def test_the_tests_of_the_testing_page_pass_by_themselves(tmp_path: Path, number: int) -> None:
    (tmp_path / "test_app.py").write_text(blocks("docs/howto/testing.md")[number])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "test_app.py"],
        cwd=tmp_path,
        env=clean(),
        capture_output=True,
        text=True,
    )
    assert re.search(r"^[1-9]\d* passed in ", done.stdout, re.MULTILINE), done.stdout + done.stderr
