"""`swell db`: making, showing and checking the tables of conversations."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from tests.postgres import PostgresServer

from swell.chat.store.schema import HEAD
from swell.cli import main


def run(*arguments: str) -> int:
    return main(["db", *arguments])


def test_a_file_is_made_shown_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "folder" / "chat.db"
    url = f"sqlite:///{path}"
    assert run("current", "--url", url) == 1
    assert "is not there; `swell db upgrade` makes it" in capsys.readouterr().err
    assert not path.exists()
    assert run("upgrade", "--url", url) == 0
    assert capsys.readouterr().out == f"{path}: version none -> {HEAD}\n"
    assert path.stat().st_mode & 0o077 == 0
    assert run("upgrade", "--url", url) == 0
    assert f"has version {HEAD} already" in capsys.readouterr().out
    assert run("current", "--url", url) == 0
    assert f"version {HEAD}; this Swell needs {HEAD}" in capsys.readouterr().out
    assert run("check", "--url", str(path)) == 0
    assert "as this Swell expects it" in capsys.readouterr().out


def test_a_difference_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chat.db"
    assert run("upgrade", "--url", str(path)) == 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP INDEX threads_listed")
        connection.commit()
    assert run("check", "--url", str(path)) == 1
    assert "threads_listed" in capsys.readouterr().err


def test_a_newer_version_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "chat.db"
    assert run("upgrade", "--url", str(path)) == 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for action in ("upgrade", "check"):
        assert run(action, "--url", str(path)) == 1
        assert "made by a newer Swell" in capsys.readouterr().err
    assert run("current", "--url", str(path)) == 1
    assert f"version 9999; this Swell needs {HEAD}" in capsys.readouterr().out


def test_the_setting_names_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SWELL_DATABASE_URL", f"sqlite:///{tmp_path / 'here.db'}")
    assert run("upgrade") == 0
    assert (tmp_path / "here.db").exists()
    monkeypatch.setenv("SWELL_DATABASE_URL", "mysql://user:hunter2@host/name")
    assert run("upgrade") == 2
    shown = capsys.readouterr().err
    assert "'database_url' from environment SWELL_DATABASE_URL" in shown
    assert "hunter2" not in shown
    monkeypatch.setenv("SWELL_DATABASE_URL", "memory")
    assert run("upgrade") == 2
    assert "in memory have no tables" in capsys.readouterr().err


def test_postgresql_is_upgraded_and_checked(
    postgres: PostgresServer,  # the fixture
    capsys: pytest.CaptureFixture[str],
) -> None:
    postgres.execute("CREATE DATABASE cli")
    url = postgres.url("cli")
    assert run("check", "--url", url) == 1
    assert "the database 'cli' has no tables yet" in capsys.readouterr().err
    assert run("upgrade", "--url", url) == 0
    assert run("check", "--url", url) == 0
    assert run("current", "--url", url) == 0
    assert run("check", "--url", "postgresql://swell:hunter2@127.0.0.1:1/cli") == 1
    shown = capsys.readouterr().err
    assert "PostgreSQL: connection failed" in shown
    assert "hunter2" not in shown
