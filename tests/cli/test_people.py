"""`swell people`: list, export and erase, by the command line."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from tests.backup.filled import fill

from swell.cli import main
from swell.people import erase


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a database with two people."""
    named = f"sqlite:///{tmp_path / 'chat.db'}"
    monkeypatch.setenv("SWELL_FILES_DIR", str(tmp_path / "files"))
    asyncio.run(fill(named, tmp_path / "files"))
    monkeypatch.setattr(erase, "NOTICED_S", 0.0)
    return named


def listed(url: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    assert main(["people", "list", "--url", url]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))


def test_people_are_listed(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = listed(url, capsys)
    assert [(row["user"], row["app"], row["chats"], row["files"]) for row in rows] == [
        ("ann", "support", "2", "3"),
        ("bob", "support", "2", "3"),
    ]


def test_a_person_is_exported(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "ann.zip"
    assert main(["people", "export", "ann", "--url", url, "--output", str(file)]) == 0
    assert "entries about ann" in capsys.readouterr().out
    assert "account.jsonl" in zipfile.ZipFile(file).namelist()
    assert main(["audit", "export", "--url", url]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["event"], last["object"]) == ("exported", "ann")
    assert main(["people", "export", "nobody", "--url", url]) == 1
    assert "nothing is stored about 'nobody'" in capsys.readouterr().err
    assert main(["people", "export", "ann", "--url", url, "--output", str(file)]) == 1
    assert "the file exists" in capsys.readouterr().err


def test_a_person_is_erased_after_the_name_was_given_again(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["people", "erase", "ann", "--url", url, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "chats      3" in shown
    assert "bytes      600,011" in shown
    assert main(["people", "erase", "ann", "--url", url]) == 2
    assert "add --yes to erase without a terminal" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "anne")
    assert main(["people", "erase", "ann", "--url", url]) == 1
    assert "that is another name; nothing was erased" in capsys.readouterr().err
    assert len(listed(url, capsys)) == 2
    monkeypatch.setattr("builtins.input", lambda _: "ann")
    assert main(["people", "erase", "ann", "--url", url]) == 0
    assert "erased; the audit log has erased:" in capsys.readouterr().out
    assert [row["user"] for row in listed(url, capsys)] == ["bob"]
    assert main(["people", "erase", "ann", "--url", url, "--yes"]) == 0
    assert "nothing is stored about 'ann'" in capsys.readouterr().out
