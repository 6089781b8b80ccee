"""What an app adds to `@chat`: commands, mentions, a menu, and prompts to begin with."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .chat import action, box, expect_messages, messages
from .conftest import Run, RunningApp

APP = """
    from swell import ui
    from swell.chat import Command, Turn, chat

    async def on_command(command: Command) -> str:
        return f"This is {command.name}."

    @chat(
        "/",
        commands=["help", ui.chat_command("sum", "Summarise", "In a few words")],
        mentions=["ann", ui.chat_mention("bob", "Bob Smith")],
        menu=[ui.command("about", "About this app")],
        on_command=on_command,
        suggestions=[ui.chat_suggestion("tour", "Show me around", "Two minutes")],
        submit_key="ctrl_enter",
    )
    async def answer(turn: Turn):
        yield f"command {turn.command}; mentions {' '.join(turn.mentions)}"
"""


@pytest.fixture
def app(run: Run) -> RunningApp:
    return run(APP)


def test_a_command_and_a_mention_are_picked_and_survive_another_answer(
    app: RunningApp, page: Page
) -> None:
    page.goto(app.url)
    prompt = box(page, "chat")
    prompt.press_sequentially("/su")
    expect(page.get_by_role("option", name="Summarise")).to_be_visible()
    prompt.press("Enter")
    prompt.press_sequentially("for @Bo")
    prompt.press("Enter")
    prompt.press("Control+Enter")
    said = "command sum; mentions bob"
    expect_messages(page, "/sum for @Bob Smith", said)
    action(page, "Write another answer").click()
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    expect_messages(page, "/sum for @Bob Smith", said)


def test_the_menu_of_the_app_is_answered_with_a_notice(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    page.locator('[data-test="chat"]').get_by_role("button", name="More actions").last.click()
    page.get_by_role("menuitem", name="About this app").click()
    expect(page.get_by_text("This is about.")).to_be_visible()


def test_a_prompt_to_begin_with_has_a_second_line_and_is_sent(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    expect(page.get_by_text("Two minutes")).to_be_visible()
    page.get_by_role("button", name="Show me around").click()
    expect(messages(page, "user")).to_have_text(["Show me around"])
