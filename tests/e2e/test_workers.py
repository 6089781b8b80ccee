"""Two processes of a chat and real browsers: processes are replaced while an answer is made."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.postgres import PostgresServer, new_database

from .chat import messages, say, until
from .conftest import NewPage, Run

CHAT = """
import asyncio, pathlib
from swell.chat import Turn, chat

@chat("/", app="chat")
async def answer(turn: Turn):
    if turn.prompt != "count":
        yield f"You said: {turn.prompt}"
        return
    number = 0
    while not pathlib.Path("release").exists():
        number += 1
        yield f"{number} "
        await asyncio.sleep(0.05)
    yield "end"
"""


def counted(page: Page) -> int:
    """Return the last number that the last answer shows."""
    found = re.findall(r"\d+", messages(page, "assistant").last.text_content() or "")
    return int(found[-1]) if found else 0


def test_an_answer_grows_in_every_tab_while_all_processes_are_replaced(
    start: Run,
    new_page: NewPage,
    tmp_path: Path,
    postgres: PostgresServer,
    postgres_template: str,
) -> None:
    url = new_database(postgres, postgres_template)
    env = {"SWELL_DATABASE_URL": url, "SWELL_DRAIN_S": "120"}
    app = start(CHAT, "--workers", "2", env=env)
    page = new_page()
    page.goto(app.url)
    say(page, "count", "chat")
    until(page, lambda: counted(page) > 3)
    other = page.context.new_page()
    other.goto(page.url)
    tabs = (page, other)
    for tab in tabs:
        until(tab, lambda tab=tab: counted(tab) > 3)  # type: ignore[misc]

    app.process.send_signal(signal.SIGHUP)
    app.wait_for_log("replacing 2 workers")
    for _ in range(3):  # while the tabs move, within a second
        seen = [counted(tab) for tab in tabs]
        for tab, before in zip(tabs, seen, strict=True):
            until(tab, lambda tab=tab, before=before: counted(tab) > before + 20)  # type: ignore[misc]
    (tmp_path / "release").touch()
    until(page, lambda: any("replaced 2 workers" in line for line in app.log))
    for tab in tabs:
        expect(messages(tab, "assistant").last).to_contain_text("end")
        text = messages(tab, "assistant").last.text_content() or ""
        numbers = [int(one) for one in re.findall(r"\d+", text)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert messages(tab).count() == 2
    say(other, "Hi", "chat")
    for tab in tabs:
        expect(messages(tab, "assistant").last).to_contain_text("You said: Hi")
    other.close()
