"""`swell` itself: help, version, settings, and exit codes."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

import swell
from swell.cli import main
from swell.settings.reference import settings_markdown
from swell.settings.table import settings_table


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting comes from outside, and the current folder is empty."""
    for row in settings_table():
        monkeypatch.delenv(row.env, raising=False)
        if row.wave:
            monkeypatch.delenv(row.wave, raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"swell {swell.__version__}\n"


def test_without_a_command_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    shown = capsys.readouterr().out
    assert all(command in shown for command in ("run", "demo", "config"))


def test_every_flag_is_in_the_help_of_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["run", "--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    for row in settings_table():
        if row.flag:
            assert row.flag in shown
    assert "--reload" in shown


def test_config_shows_values_and_their_sources(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("H2O_WAVE_BASE_URL", "apps")
    monkeypatch.setenv("SWELL_SECRET_KEY", "s" * 40)
    assert main(["config", "--port", "1234"]) == 0
    shown = capsys.readouterr().out
    lines = {line.split()[0]: line for line in shown.splitlines()}
    assert set(lines) == {row.name for row in settings_table()}
    assert lines["base_url"].split(None, 2)[1:] == ["/apps", "environment H2O_WAVE_BASE_URL"]
    assert lines["port"].split(None, 2)[1:] == ["1234", "flag --port"]
    assert lines["host"].endswith("default")
    assert "sss" not in shown
    assert "(hidden)" in lines["secret_key"]


def test_config_prints_the_reference_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--markdown"]) == 0
    assert capsys.readouterr().out == settings_markdown()


@pytest.mark.parametrize("command", [["config"], ["run", "app.py"], ["demo"]])
def test_a_bad_setting_stops_every_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("SWELL_PORT", "many")
    assert main(command) == 2
    shown = capsys.readouterr().err
    assert "setting 'port' from environment SWELL_PORT" in shown


def test_a_misspelt_setting_is_pointed_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWELL_PROT", "1")
    assert main(["config"]) == 0
    assert "SWELL_PROT is not a setting; did you mean SWELL_PORT?" in capsys.readouterr().err


def test_a_missing_app_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "nothing.py", "--port", "0"]) == 2
    assert "swell: there is no file 'nothing.py'" in capsys.readouterr().err


def test_a_port_in_use_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["run", "app.py", "--port", str(port)]) == 2
    shown = capsys.readouterr().err
    assert f"port {port} on 127.0.0.1 is in use" in shown
    assert "--port" in shown


def test_a_host_that_is_not_ours_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text("")
    assert main(["run", "app.py", "--host", "192.0.2.1", "--port", "0"]) == 2
    assert "cannot listen on 192.0.2.1 port 0" in capsys.readouterr().err


def test_python_m_swell_is_the_same_command() -> None:
    command = [sys.executable, "-m", "swell", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout == f"swell {swell.__version__}\n"
