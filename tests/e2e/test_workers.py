"""Two processes of a chat and real browsers: processes are replaced while an answer is made."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.postgres import PostgresServer, new_database

from .chat import messages, say, until
from .conftest import NewPage, Run

CHAT = """
import asyncio, os, pathlib
from swell.chat import Turn, chat

@chat("/", app="chat")
async def answer(turn: Turn):
    if turn.prompt != "count":
        yield f"You said: {turn.prompt}"
        return
    number = 0
    yield f"By {os.getpid()}: "
    while not pathlib.Path("release").exists():
        number += 1
        yield f"{number} "
        await asyncio.sleep(0.05)
    yield "end"
"""


def numbers(page: Page) -> list[int]:
    """Return the process that makes the last answer, and the numbers that the answer shows."""
    return [
        int(one)
        for one in re.findall(r"\d+", messages(page, "assistant").last.text_content() or "")
    ]


def counted(page: Page) -> int:
    """Return the last number that the last answer shows."""
    return (numbers(page)[1:] or [0])[-1]


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
        count = numbers(tab)[1:]
        assert count == list(range(1, len(count) + 1))
        assert messages(tab).count() == 2
    say(other, "Hi", "chat")
    for tab in tabs:
        expect(messages(tab, "assistant").last).to_contain_text("You said: Hi")
    other.close()


def test_a_process_is_killed_and_any_tab_can_ask_again(
    start: Run,
    new_page: NewPage,
    tmp_path: Path,
    postgres: PostgresServer,
    postgres_template: str,
) -> None:
    url = new_database(postgres, postgres_template)
    app = start(CHAT, "--workers", "2", env={"SWELL_DATABASE_URL": url})
    page = new_page()
    page.goto(app.url)
    say(page, "count", "chat")
    until(page, lambda: counted(page) > 3)
    other = page.context.new_page()
    other.goto(page.url)
    until(other, lambda: counted(other) > 3)

    owner = numbers(page)[0]
    os.kill(owner, signal.SIGKILL)
    for tab in (page, other):
        expect(messages(tab, "assistant").last).to_contain_text("This answer was interrupted.")
        assert counted(tab) > 3
    other.get_by_role("button", name="Retry").click()
    for tab in (page, other):
        until(tab, lambda tab=tab: numbers(tab)[:1] not in ([], [owner]))  # type: ignore[misc]
        until(tab, lambda tab=tab: counted(tab) > 3)  # type: ignore[misc]
    (tmp_path / "release").touch()
    for tab in (page, other):
        expect(messages(tab, "assistant").last).to_contain_text("end")
    other.close()
