"""`swell backup` and `swell restore`: from one database to the other, by the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.backup.filled import files_of, fill
from tests.postgres import PostgresServer, new_database

from swell.chat.store.engines.sqlite import connect
from swell.chat.store.schema import current, upgrade
from swell.cli import main


def test_a_service_moves_from_sqlite_to_postgresql(
    tmp_path: Path,
    postgres: PostgresServer,
    postgres_template: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url, folder = f"sqlite:///{tmp_path / 'chat.db'}", tmp_path / "files"
    asyncio.run(fill(url, folder))
    backup = tmp_path / "backup.zip"
    monkeypatch.setenv("SWELL_FILES_DIR", str(folder))
    assert main(["backup", str(backup), "--url", url]) == 0
    assert "6 files with 1,200,022 bytes" in capsys.readouterr().out
    assert main(["backup", str(backup), "--url", url]) == 1
    assert "exists; remove it, or name another file" in capsys.readouterr().err
    assert main(["restore", str(backup), "--check"]) == 0

    monkeypatch.delenv("SWELL_FILES_DIR")
    target = new_database(postgres, postgres_template)
    assert main(["restore", str(backup), "--url", target]) == 0
    shown = capsys.readouterr().out
    assert "restored into the database" in shown
    assert "all users have to sign in again" in shown
    assert asyncio.run(files_of(target, tmp_path / "none")) == asyncio.run(files_of(url, folder))
    assert main(["restore", str(backup), "--url", target]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(["audit", "export", "--url", target]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    noted = [(one["object"], one["detail"]) for one in events if one["event"] == "backup"]
    assert noted == [("backup.zip", {"action": "restored"})]  # that it was made is in the old one


def test_a_database_of_an_older_version_is_backed_up_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chat.db"
    with connect(path) as bound:
        upgrade(bound, "0013")
    assert main(["backup", str(tmp_path / "b.zip"), "--url", str(path)]) == 0
    with connect(path) as bound:
        assert current(bound) == "0013"


def test_what_cannot_be_backed_up_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(tmp_path / "b.zip"), "--url", str(tmp_path / "none.db")]) == 1
    assert "none.db is not there" in capsys.readouterr().err
    assert main(["backup", str(tmp_path / "b.zip"), "--url", "memory"]) == 2
    assert "in memory" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "none.zip"), "--url", str(tmp_path / "x.db")]) == 1
    assert "none.zip is not there" in capsys.readouterr().err
    (tmp_path / "text.zip").write_text("text")
    assert main(["restore", str(tmp_path / "text.zip"), "--url", str(tmp_path / "x.db")]) == 1
    assert "is not a complete backup of Swell" in capsys.readouterr().err
    assert not (tmp_path / "x.db").exists()
