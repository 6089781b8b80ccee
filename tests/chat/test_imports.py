"""Imports: what is too large, or could not be shown, is refused before it costs anything."""

from __future__ import annotations

import resource
import sys
import uuid
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from swell.chat import Turn
from swell.live.wire import Ack, Act
from swell.testing.chat import ChatTab, chatting

pytestmark = pytest.mark.anyio


async def echo(turn: Turn) -> AsyncIterator[str]:
    yield f"{turn.prompt}?"


def exported(*parts: dict[str, Any]) -> bytes:
    message = {"id": "1", "role": "assistant", "parts": list(parts), "created": 1.0}
    thread = {
        "format": "swell.thread",
        "version": 1,
        "title": "Imported",
        "created": 1.0,
        "leaf": None,
        "messages": [message],
    }
    return msgspec.json.encode(thread)


async def import_(tab: ChatTab, content: bytes) -> Ack:
    submitted = {"files": [await tab.page.upload("x.json", content)]}
    return await tab.page.send(
        Act(str(uuid.uuid4()), {}, "import", ("import", "submit", submitted))
    )


def table(rows: int, columns: int) -> dict[str, Any]:
    names = [f"c{i}" for i in range(columns)]
    return {"type": "table", "columns": names, "rows": [list(range(columns))] * rows}


def most_kib() -> int:
    """Return the most memory that this process has had, in KiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


async def test_a_large_table_is_refused_before_it_takes_memory() -> None:
    async with chatting(echo) as chat:
        content = exported(table(250_000, 8))
        assert len(content) > 4_500_000
        before = most_kib()
        refused = await import_(chat, content)
        assert (refused.st, refused.code) == ("err", "bad_thread")
        assert "it holds more than 300000 values" in (refused.msg or "")
        assert most_kib() - before < 50 << 10
        assert chat.threads == []


@pytest.mark.parametrize(
    "part",
    [
        table(10_000, 6),
        {"type": "image", "url": "/a", "alt": "x", "width": 0},
        {"type": "card", "items": [{"text": {"content": 2**60}}]},
        {"type": "hologram"},
    ],
    ids=["cells", "width", "card", "kind"],
)
async def test_what_could_not_be_shown_is_not_stored(part: dict[str, Any]) -> None:
    async with chatting(echo) as chat:
        refused = await import_(chat, exported(part))
        assert (refused.st, refused.code) == ("err", "bad_thread")
        assert chat.threads == []


async def test_commas_and_brackets_in_texts_do_not_count() -> None:
    async with chatting(echo) as chat:
        text = '[{"a\\",' * 400_000
        taken = await import_(chat, exported({"type": "text", "text": text}))
        assert taken.st == "ok"
        assert chat.threads == ["Imported"]
