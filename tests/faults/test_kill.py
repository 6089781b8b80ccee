"""`kill -9` of a real `@chat` process, on SQLite: nothing is lost and nothing runs twice."""

from __future__ import annotations

import socket
import sys
import textwrap
import uuid
from pathlib import Path
from typing import Any

import pytest

from swell.live.wire import Act
from tests.e2e.conftest import RunningApp

from .tab import Tab

pytestmark = pytest.mark.anyio

APP = """
    import asyncio
    from pathlib import Path
    from swell.chat import Turn, chat

    @chat("/")
    async def answer(turn: Turn):
        with Path("calls").open("a") as calls:
            calls.write(turn.prompt + "\\n")
        for number in range(int(turn.prompt)):
            yield f"w{number} "
            await asyncio.sleep(0.01)
"""


def submit(text: str) -> Act:
    event: dict[str, Any] = {"text": text, "files": [], "command": None, "mentions": []}
    return Act(str(uuid.uuid4()), {"chat": text}, "chat", ("chat", "submit", event))


async def test_r8_after_kill_9_answers_are_interrupted_and_the_next_one_starts(
    tmp_path: Path,
) -> None:
    (tmp_path / "app.py").write_text(textwrap.dedent(APP))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "swell", "run", "app.py", "--port", str(port)]
    env = {"XDG_DATA_HOME": str(tmp_path / "data"), "SWELL_DATABASE_URL": ""}
    server = RunningApp(command, tmp_path, env)
    try:
        async with Tab(port) as tab:
            first, queued = submit("3000"), submit("3")
            await tab.send(first)
            await tab.until(lambda: "w100 " in tab.text)
            await tab.send(queued)  # waits for the first one: accepted, not started
            await tab.until(lambda: len(tab.acks) == 2)
            seen = tab.rows[1][0]
            known = tab.id
            server.kill()
            server.start()
            await tab.until(lambda: tab.online and tab.id != known and "threads" in tab.state.cards)
            await tab.until(lambda: tab.state.cards["threads"]["items"])
            [thread] = tab.state.cards["threads"]["items"]
            await tab.send(Act(str(uuid.uuid4()), {"#": f"t/{thread['id']}"}, "#"))
            await tab.until(lambda: len(tab.rows) == 4 and tab.rows[3][4] == "done")
            cut = tab.rows[1]
            assert cut[4] == "interrupted"
            whole = "".join(f"w{number} " for number in range(3000))
            assert "w50 " in cut[0]
            assert whole.startswith(cut[0])
            assert len(cut[0]) <= len(seen) + 200
            assert tab.rows[3][0].split() == ["w0", "w1", "w2"]
            await tab.send(first)
            await tab.send(queued)
            sent_twice = {first.id, queued.id}
            await tab.until(lambda: {a.id for a in tab.acks if a.st == "dup"} == sent_twice)
            assert (tmp_path / "calls").read_text().split() == ["3000", "3"]
    finally:
        assert server.stop() in (0, -15, 143)
