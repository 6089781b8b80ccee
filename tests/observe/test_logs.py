"""JSON log lines: one object an event, with the ids of what it is about."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from pathlib import Path
from typing import Any

import pytest

from swell.observe.ids import add_ids, current_ids, ids, without_ids
from swell.observe.logs import JsonLines
from tests.observe.service import serving_chat

FORGED = 'a\r\n{"level": "info"}\x1b[31m\u202e\u2028'

APP = """
import logging
import warnings

from swell.chat import Turn, chat

own = logging.getLogger("my.app")


@chat(store="chat.db")
async def answer(turn: Turn):
    own.warning("asked\\nfor %s", turn.prompt.upper()[:4])
    if turn.prompt == "fail":
        raise ValueError("no\\nsuch {}")
    warnings.warn("old", stacklevel=1)
    yield "fine"
"""


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    found = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("swell.test", logging.WARNING, "", 0, message, args, found)


def fields(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLines().format(made)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_line_has_time_level_logger_message_and_process() -> None:
    made = record("could not reach %s", "京都")
    made.created = 1.5
    assert fields(made) == {
        "time": "1970-01-01T00:00:01.500Z",
        "level": "warning",
        "logger": "swell.test",
        "message": "could not reach 京都",
        "process": made.process,
    }


def test_text_of_a_peer_stays_in_its_field() -> None:
    found = fields(record("name %s", FORGED))
    assert found["message"] == 'name a\\r\\n{"level": "info"}\\x1b[31m\\u202e\\u2028'
    assert found["level"] == "warning"


def test_an_exception_is_a_field_with_its_traceback() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    try:
        raise ValueError(FORGED)
    except ValueError as error:
        found = fields(record("failed", error=error))["exception"]
    assert found["type"] == "ValueError"
    assert found["message"].startswith("a\\r\\n")
    assert found["traceback"].startswith("Traceback (most recent call last):\n")
    assert fields(record("failed", error=MuteError()))["exception"]["message"] == (
        "<exception str() failed>"
    )


@pytest.mark.anyio
async def test_a_task_has_the_ids_of_the_task_that_started_it_unless_it_is_apart() -> None:
    async def seen() -> dict[str, str]:
        return dict(current_ids())

    with ids(connection="c"):
        add_ids(run="r")
        assert fields(record("x"))["run"] == "r"
        assert await asyncio.create_task(seen()) == {"connection": "c", "run": "r"}
        assert await asyncio.create_task(seen(), context=without_ids()) == {}
    assert dict(current_ids()) == {}


def test_every_line_of_a_server_is_json_with_the_ids_that_are_known(tmp_path: Path) -> None:
    with serving_chat(tmp_path, APP, SWELL_LOG_FORMAT="json") as service:
        service.ask("fine", "fail")
        service.get("/_s/ws", **{"X-Request-ID": "from-the-proxy"})
        host, _, port = service.netloc.rpartition(":")
        with socket.create_connection((host, int(port))) as raw:
            raw.sendall(b"NOT HTTP\r\n\r\n")
            raw.recv(100)
        service.line("Invalid HTTP request")
    lines = [json.loads(line) for line in service.log]
    assert lines[0]["message"].startswith("Swell is running at http://")

    def find(logger: str, part: str) -> dict[str, Any]:
        return next(one for one in lines if one["logger"] == logger and part in one["message"])

    failed = find("swell.chat", "in the handler 'answer'")
    assert {"connection", "run", "thread", "user"} <= failed.keys()
    assert failed["exception"]["type"] == "ValueError"
    own = find("my.app", "asked\\nfor FAIL")
    assert {name: own[name] for name in ("run", "thread", "user")} == {
        name: failed[name] for name in ("run", "thread", "user")
    }
    assert find("my.app", "asked\\nfor FINE")["run"] != own["run"]
    assert find("py.warnings", "old")["run"] != own["run"]
    assert find("swell.server", "the request has no Upgrade header")["request"] == "from-the-proxy"
    assert find("uvicorn.error", "Invalid HTTP request")["level"] == "warning"
    texts = [one for one in lines if one["logger"] != "my.app"]
    assert not any("fine" in json.dumps(one) for one in texts), "no content of messages"
