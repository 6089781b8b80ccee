"""What is typed and attached and not sent belongs to its conversation."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from .chat import box, messages
from .conftest import Run, RunningApp
from .test_hello_chat import button, choose, expect_messages, say, threads

TALK = """
    from swell import ui
    from swell.chat import Turn, chat

    @chat("/", title="Talk", attachments=ui.chat_attachments())
    async def answer(turn: Turn):
        yield f"You said {turn.prompt}"
"""


@pytest.fixture
def talk(run: Run) -> RunningApp:
    return run(TALK)


def attach(page: Page, name: str) -> None:
    file = FilePayload(name=name, mimeType="text/plain", buffer=b"words")
    page.locator("[data-test=chat-files]").set_input_files(file)
    expect(chips(page).filter(has_text=name)).to_have_attribute("data-state", "done")


def chips(page: Page) -> Locator:
    return page.locator("[data-test=chat-file]")


def new_chat(page: Page) -> None:
    page.get_by_role("link", name="New chat", exact=True).click()
    expect(messages(page)).to_have_count(0)


def test_a_draft_and_its_files_belong_to_their_conversation(talk: RunningApp, page: Page) -> None:
    page.goto(talk.url)
    say(page, "one")
    expect_messages(page, "one", "You said one")
    box(page, "chat").fill("more about one")
    attach(page, "one.txt")

    new_chat(page)
    expect(box(page, "chat")).to_have_value("")
    expect(chips(page)).to_have_count(0)
    say(page, "two")
    expect_messages(page, "two", "You said two")
    box(page, "chat").fill("more about two")
    attach(page, "two.txt")

    new_chat(page)
    box(page, "chat").fill("a new one")

    for _ in range(2):
        threads(page).filter(has_text="one").click()
        expect_messages(page, "one", "You said one")
        expect(box(page, "chat")).to_have_value("more about one")
        expect(chips(page)).to_have_text([re.compile("one.txt")])
        threads(page).filter(has_text="two").click()
        expect_messages(page, "two", "You said two")
        expect(box(page, "chat")).to_have_value("more about two")
        expect(chips(page)).to_have_text([re.compile("two.txt")])
        page.reload()
        expect_messages(page, "two", "You said two")
        expect(box(page, "chat")).to_have_value("more about two")
        expect(chips(page)).to_have_text([re.compile("two.txt")])
    new_chat(page)
    expect(box(page, "chat")).to_have_value("a new one")

    # Sending clears the draft of this conversation only.
    threads(page).filter(has_text="two").click()
    expect(box(page, "chat")).to_have_value("more about two")
    box(page, "chat").press("Enter")
    expect(messages(page)).to_have_count(4)
    expect(box(page, "chat")).to_have_value("")
    threads(page).filter(has_text="one").click()
    expect(box(page, "chat")).to_have_value("more about one")
    threads(page).filter(has_text="two").click()
    expect(messages(page)).to_have_count(4)
    expect(box(page, "chat")).to_have_value("")


def test_what_is_typed_while_a_new_conversation_gets_its_name_stays(
    talk: RunningApp, page: Page
) -> None:
    page.goto(talk.url)
    box(page, "chat").fill("one")
    box(page, "chat").press("Enter")
    page.keyboard.type("and then")
    expect_messages(page, "one", "You said one")
    expect(box(page, "chat")).to_have_value("and then")
    new_chat(page)
    expect(box(page, "chat")).to_have_value("")
    threads(page).filter(has_text="one").click()
    expect(box(page, "chat")).to_have_value("and then")


def test_a_deleted_conversation_takes_its_draft_along(talk: RunningApp, page: Page) -> None:
    page.goto(talk.url)
    say(page, "one")
    expect_messages(page, "one", "You said one")
    box(page, "chat").fill("more about one")
    choose(page, "one", "Delete")
    expect(messages(page)).to_have_count(0)
    expect(box(page, "chat")).to_have_value("")
    button(page, "Undo").click()
    expect(threads(page)).to_have_count(1)
    threads(page).filter(has_text="one").click()
    expect(box(page, "chat")).to_have_value("more about one")

    choose(page, "one", "Delete")
    expect(messages(page)).to_have_count(0)
    say(page, "two")
    expect_messages(page, "two", "You said two")
    choose(page, "two", "Delete")  # the offer to undo is for this one now
    expect(button(page, "Undo")).to_be_visible()
    expect(page.get_by_text("“two”")).to_be_visible()
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert "more about one" not in kept
