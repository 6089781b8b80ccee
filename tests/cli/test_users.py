"""`swell users`: the file with the users who sign in with a password."""

from __future__ import annotations

import io
import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.auth.browser import PASSWORD, hashed

from swell.cli import main

COMMAND = [sys.executable, "-m", "swell", "users"]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a file that is not there yet, and put a password on the standard input."""
    path = tmp_path / "users.json"
    monkeypatch.setenv("SWELL_PASSWORD_FILE", str(path))
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    return path


def test_a_user_is_added_to_a_file_that_only_its_owner_can_read(file: Path) -> None:
    assert main(["users", "add", "Ada", "--display", "Ada Lovelace", "--group", "staff"]) == 0
    (user,) = json.loads(file.read_text()).items()
    assert user[0] == "ada"
    assert (user[1]["name"], user[1]["groups"]) == ("Ada Lovelace", ["staff"])
    assert user[1]["password"].startswith("$argon2id$")
    assert PASSWORD not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_users_are_disabled_enabled_listed_and_removed(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(json.dumps({"ada": {"password": hashed(), "email": "ada@example.com"}}))
    assert main(["users", "disable", "ada"]) == 0
    assert json.loads(file.read_text())["ada"]["disabled"] is True
    capsys.readouterr()
    assert main(["users", "list"]) == 0
    assert capsys.readouterr().out == "ada  ada@example.com  disabled\n"
    assert main(["users", "enable", "ADA"]) == 0
    assert main(["users", "list", "--json"]) == 0
    assert '"disabled": false' in capsys.readouterr().out
    assert main(["users", "remove", "ada"]) == 0
    assert json.loads(file.read_text()) == {}


def test_a_new_password_replaces_the_old_one(file: Path) -> None:
    file.write_text(json.dumps({"ada": {"password": hashed("the one before it"), "name": "Ada"}}))
    assert main(["users", "passwd", "ada"]) == 0
    user = json.loads(file.read_text())["ada"]
    assert user["name"] == "Ada"
    assert user["password"] != hashed("the one before it")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "anon"], "'anon' stands for no user"),
        (["add", "two words"], "a name has 1 to 100 printable characters, without spaces"),
        (["passwd", "ada"], "ada is not in"),
        (["disable", "ada"], "ada is not in"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_changed(
    file: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("{}")
    assert main(["users", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert file.read_text() == "{}"


def test_a_short_password_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("too short\n"))
    assert main(["users", "add", "ada"]) == 2
    assert "a password has 12 to 1000 characters" in capsys.readouterr().err
    assert not file.exists()


def test_without_a_file_it_says_how_to_name_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SWELL_PASSWORD_FILE", raising=False)
    assert main(["users", "list"]) == 2
    assert "set SWELL_PASSWORD_FILE, or give --file" in capsys.readouterr().err


def test_a_password_is_asked_for_twice_at_a_terminal_and_not_shown(tmp_path: Path) -> None:
    """In a terminal, as a user sees it."""
    path, (terminal, inside) = tmp_path / "users.json", pty.openpty()
    command = [*COMMAND, "add", "ada", "--file", str(path)]
    with subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, start_new_session=True
    ) as program:
        os.close(inside)
        shown = b""
        for asked in (b"Password for ada: ", b"Again: "):
            while asked not in shown:
                shown += os.read(terminal, 1000)
            os.write(terminal, PASSWORD.encode() + b"\n")
        assert program.wait(60) == 0
    os.close(terminal)
    assert PASSWORD.encode() not in shown
    assert "ada" in json.loads(path.read_text())
