"""`swell status`: the processes of a database and their answers, of all machines."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from tests.postgres import PostgresServer, new_database

from swell.chat import NewPrompt
from swell.chat.store import open_store
from swell.cli import main
from swell.parts import Text

pytestmark = pytest.mark.anyio

_INSERT = """
INSERT INTO processes (id, app, host, pid, machine, started, seen, draining)
VALUES (%s, %s, %s, %s, '', extract(epoch FROM now()) - 7300, extract(epoch FROM now()) - %s, %s)
"""


@pytest.fixture
def url(postgres: PostgresServer, postgres_template: str) -> str:
    return new_database(postgres, postgres_template)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[list[str]]]:
    """Return the exit code and the words of each line."""
    code = main(["status", *arguments])
    return code, [line.split() for line in capsys.readouterr().out.splitlines()]


async def test_processes_and_their_answers_are_listed(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_store(url, app="support")
    user = await store.user("ann")
    for number in range(2):
        prompt = NewPrompt((Text("Hi"),), None)
        await store.accept(user.id, prompt, action_id=f"action {number}")
    await store.close()
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM processes")
        connection.execute("UPDATE runs SET owner = 'a', state = 'running'")
        connection.execute(
            "UPDATE runs SET owner = 'c', state = 'accepted' WHERE id = (SELECT max(id) FROM runs)"
        )
        for row in (
            ("a", "support", "web-1", 11, 1, 0),
            ("b", "support", "web-2", 12, 2, 1),
            ("c", "support", "web-3", 13, 3600, 0),
            ("d", "sales", "web-1", 14, 0, 0),
        ):
            connection.execute(_INSERT, row)
    code, lines = shown(capsys, "--url", url)
    assert code == 1  # an answer is left
    assert [(line[0], *line[1:4], line[9], *line[-2:]) for line in lines[1:5]] == [
        ("d", "sales", "web-1", "14", "serving", "0", "0"),
        ("a", "support", "web-1", "11", "serving", "1", "0"),
        ("b", "support", "web-2", "12", "draining", "0", "0"),
        ("c", "support", "web-3", "13", "silent", "0", "1"),
    ]
    assert lines[1][4:6] == ["2", "h"]
    assert [line[2:4] for line in lines[7:9]] == [["running", "a"], ["accepted", "c"]]
    assert lines[8][4] == "(gone)"
    assert [" ".join(line) for line in lines[-2:]] == [
        "processes: 3 alive, 1 silent",
        "answers being made: 2, 1 of them without a living process",
    ]
    code, lines = shown(capsys, "--url", url, "--app", "sales")
    assert code == 0
    assert " ".join(lines[-2]) == "processes: 1 alive, 0 silent"


def test_sqlite_has_one_process(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["status", "--url", str(tmp_path / "chat.db")]) == 2
    assert "only PostgreSQL has a list of processes" in capsys.readouterr().err
