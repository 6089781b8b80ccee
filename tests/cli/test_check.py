"""`swell check`: a line for each finding, and an exit code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from swell.cli import main

ROOT = Path(__file__).parents[2]


def test_no_example_has_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ROOT / "examples")]) == 0
    assert re.search(r"[1-9]\d* files: 0 findings fail, 0 differ", capsys.readouterr().out)


def test_the_command_names_file_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text("from swell import ui\nui.slider()\n")
    (tmp_path / "broken.py").write_text("def\n")
    assert main(["check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"{tmp_path}/app.py:2:1: fails: `ui.slider` needs `name`" in out
    assert f"{tmp_path}/broken.py:1:1: fails: this is not Python" in out
    assert "2 files: 2 findings fail, 0 differ" in out


def test_a_file_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere.py"]) == 2
    assert "cannot read nowhere.py" in capsys.readouterr().err


def test_an_app_is_not_run(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text("raise SystemExit('it ran')\n")
    assert main(["check", str(file)]) == 0
