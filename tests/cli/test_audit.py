"""`swell audit export`: for programs, and for a spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from swell.audit.log import AuditLog
from swell.chat.store import open_store
from swell.cli import main


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Make a database with two entries, one of them hostile to spreadsheets."""

    async def fill(url: str) -> None:
        engine = open_store(url).engine
        await engine.open()
        first = AuditLog(engine, "notes", clock=lambda: 1_000_000.0)
        await first.write("shared", subject="=cmd|' /C calc'!A0", object="@SUM(A1)")
        second = AuditLog(engine, "mail", clock=lambda: 2_000_000.0)
        await second.write("role", subject="ann", object="bob", to="-admin", address="203.0.113.7")
        await engine.close()

    named = f"sqlite:///{tmp_path / 'chat.db'}"
    asyncio.run(fill(named))
    return named


def test_json_lines_hold_the_entries_as_they_are(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "export", "--url", url]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows == [
        {
            "n": 1,
            "time": "1970-01-12T13:46:40+00:00",
            "event": "shared",
            "user": "=cmd|' /C calc'!A0",
            "address": "",
            "object": "@SUM(A1)",
            "detail": {},
            "app": "notes",
        },
        {
            "n": 2,
            "time": "1970-01-24T03:33:20+00:00",
            "event": "role",
            "user": "ann",
            "address": "203.0.113.7",
            "object": "bob",
            "detail": {"to": "-admin"},
            "app": "mail",
        },
    ]


def test_no_cell_of_the_csv_is_a_formula(url: str, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    assert main(["audit", "export", "--url", url, "--format", "csv", "--output", str(file)]) == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
    assert (rows[0]["user"], rows[0]["object"]) == ("'=cmd|' /C calc'!A0", "'@SUM(A1)")
    assert json.loads(rows[1]["detail"]) == {"to": "-admin"}
    for row in rows:
        assert not [cell for cell in row.values() if cell.strip(" \n")[:1] in set("=+-@\t\r")]


@pytest.mark.parametrize(
    ("flags", "events"),
    [
        (["--since", "1970-01-20"], ["role"]),
        (["--until", "1970-01-20"], ["shared"]),
        (["--since", "1970-01-12T13:46:40", "--until", "1970-01-12T13:46:41"], ["shared"]),
        (["--app", "mail"], ["role"]),
        (["--since", "2100-01-01"], []),
    ],
)
def test_a_part_of_the_entries_can_be_asked_for(
    url: str, flags: list[str], events: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "export", "--url", url, *flags]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["event"] for row in rows] == events


def test_a_database_that_is_not_there_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "export", "--url", str(tmp_path / "none.db")]) == 1
    assert "none.db is not there" in capsys.readouterr().err
