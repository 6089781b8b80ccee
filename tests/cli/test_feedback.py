"""`swell feedback export`: for a spreadsheet, and for programs."""

# ruff: noqa: RUF001  # such characters are what some spreadsheets take for `=`

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from swell.chat import NewPrompt
from swell.chat.store import open_store
from swell.cli import main
from swell.parts import Text


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Make a database with feedback, some of it hostile to spreadsheets."""

    async def fill(url: str) -> None:
        store = open_store(url)
        await store.open()
        user = (await store.user("=cmd|' /C calc'!A0")).id
        answers = ["=1+1", "@SUM(A1)", 'plain, with "quotes"\nand lines', "-2", "  +3", "＝4", ""]
        for number, text in enumerate(answers):
            made = await store.accept(user, NewPrompt([Text(f"p{number}")]), action_id=f"{number}")
            await store.finish(made.run.id, "done", [Text(text)], model="m")
            await store.rate(user, made.answer.id, number % 2 == 0, "\t=x" if number else None)
        deleted = await store.accept(user, NewPrompt([Text("private")]), action_id="x")
        await store.rate(user, deleted.answer.id, True)
        await store.delete_thread(user, deleted.thread.id)
        await store.close()

    named = f"sqlite:///{tmp_path / 'chat.db'}"
    asyncio.run(fill(named))
    return named


def test_no_cell_of_the_csv_is_a_formula(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feedback", "export", "--url", url]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [row["answer"] for row in rows] == [
        "'=1+1",
        "'@SUM(A1)",
        'plain, with "quotes"\nand lines',
        "'-2",
        "'  +3",
        "'＝4",
        "",
    ]
    assert {row["comment"] for row in rows} == {"", "'\t=x"}
    assert {row["user"] for row in rows} == {"'=cmd|' /C calc'!A0"}
    assert [row["positive"] for row in rows[:2]] == ["true", "false"]
    for row in rows:
        assert not [cell for cell in row.values() if cell.strip(" \n")[:1] in set("=+-@\t\r＝")]


def test_json_lines_hold_the_values_as_they_are(url: str, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    command = ["feedback", "export", "--url", url, "--format", "jsonl", "--output", str(file)]
    assert main(command) == 0
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["prompt"] for row in rows] == [f"p{number}" for number in range(7)]
    assert rows[0]["answer"] == "=1+1"
    assert (rows[0]["positive"], rows[0]["comment"], rows[0]["model"]) == (True, None, "m")


def test_only_what_is_new_can_be_asked_for(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feedback", "export", "--url", url, "--since", "2100-01-01"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "time,user,positive,comment,thread,message,model,prompt,answer"
    ]
    with pytest.raises(SystemExit):
        main(["feedback", "export", "--url", url, "--since", "soon"])
    assert "is not a date such as 2026-11-22" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feedback", "export", "--url", str(tmp_path / "none.db")]) == 1
    assert "none.db is not there" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()
