"""Old rows: whatever is stored, the chat opens and shows it exactly."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from swell.chat import Turn
from swell.testing.chat import chatting

pytestmark = pytest.mark.anyio

HUGE = 1234567890123456789


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


def nested(levels: int) -> Any:
    value: Any = HUGE
    for _ in range(levels):
        value = [value]
    return value


def call(**more: Any) -> dict[str, Any]:
    return {"type": "tool_call", "name": "find", "id": "c", "state": "done", **more}


@pytest.mark.parametrize(
    "part",
    [
        call(args={"user_id": HUGE}, result="x"),
        call(args={}, result=HUGE),
        call(args={}, result={"deep": [{"id": -HUGE}]}),
        call(args=nested(200), result="x"),
        call(args={}, result="x", parts=[call(args={"user_id": HUGE})]),
        call(args={"~reserved": HUGE}),
        {"type": "table", "columns": ["id"], "rows": [[HUGE]]},
        {"type": "table", "columns": ["id"], "rows": [[{"of": [HUGE]}]]},
        {"type": "card", "items": [{"text": {"content": "x", "size": HUGE}}]},
        {"type": "file", "name": "a", "url": "/a", "size": HUGE},
        {"type": "image", "url": "/a", "alt": "x", "width": HUGE},
        {"type": "source", "title": "x", "index": HUGE},
        {"type": "hologram", "of": HUGE},
        {"type": "reasoning", "seconds": "no text", "at": HUGE},
    ],
    ids=lambda part: f"{part['type']}-{len(json.dumps(part))}",
)
async def test_what_is_stored_never_keeps_a_chat_from_opening(
    tmp_path: Path, part: dict[str, Any]
) -> None:
    path = tmp_path / "chat.db"
    async with chatting(echo, store=str(path), identify=lambda _: "anna") as chat:
        await chat.send("Hello")
        address = chat.address
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute(
                "INSERT INTO parts (message_id, position, type, body, indexed)"
                " VALUES (?, 1, ?, ?, 0)",
                (chat.messages[1]["id"], part["type"], json.dumps(part)),
            )
            connection.commit()
        await chat.server.restart()
        again = await chat.tab(address=address)
        assert again.texts[0] == "Hello"
        assert str(HUGE) in str(again.messages[1])
        await again.send("And now")
        assert again.answer == "And now?"
