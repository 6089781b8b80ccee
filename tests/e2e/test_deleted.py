"""A conversation that ends in another tab says so, and keeps what is typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .chat import box, messages
from .conftest import NewPage, Run, RunningApp
from .test_hello_chat import answer, button, choose, expect_messages, say, stop_button, threads

APP = """
    import asyncio
    from swell.chat import Turn, chat

    @chat("/", title="Talk")
    async def answer(turn: Turn):
        yield f"You said {turn.prompt}. "
        if turn.prompt == "slow":
            for number in range(100_000):
                yield f"w{number} "
                await asyncio.sleep(0.02)
"""
REMOVED = "This chat was deleted in another tab."


@pytest.fixture
def talk(run: Run) -> RunningApp:
    return run(APP)


def second(page: Page) -> Page:
    """Return another tab of the same conversation."""
    other = page.context.new_page()
    other.goto(page.url)
    expect(messages(other, "assistant").last).to_contain_text("You said")
    return other


def test_deleted_in_another_tab_says_so_and_keeps_the_draft(talk: RunningApp, page: Page) -> None:
    page.goto(talk.url)
    say(page, "one")
    expect_messages(page, "one", "You said one. ")
    other = second(page)
    box(page, "chat").fill("half a thought")
    choose(other, "one", "Delete")
    expect(page.get_by_text(REMOVED)).to_be_visible()
    expect(messages(page)).to_have_count(0)
    button(page, "Undo").click()
    expect_messages(page, "one", "You said one. ")
    expect(box(page, "chat")).to_have_value("half a thought")
    expect(page.get_by_text(REMOVED)).to_be_hidden()


def test_deleted_while_an_answer_runs(talk: RunningApp, page: Page) -> None:
    page.goto(talk.url)
    say(page, "slow")
    expect(answer(page)).to_contain_text("w20 ")
    other = second(page)
    choose(other, "slow", "Delete")
    expect(page.get_by_text(REMOVED)).to_be_visible()
    expect(messages(page)).to_have_count(0)
    expect(stop_button(page)).to_have_count(0)
    say(page, "two")
    expect_messages(page, "two", "You said two. ")
    expect(threads(page)).to_have_text(["two"])


def test_deleted_while_the_tab_is_away(talk: RunningApp, page: Page) -> None:
    page.goto(talk.url)
    say(page, "one")
    expect_messages(page, "one", "You said one. ")
    other = second(page)
    page.context.set_offline(True)
    page.goto("about:blank")
    page.context.set_offline(False)
    choose(other, "one", "Delete")
    expect(threads(other)).to_have_count(0)
    page.go_back()
    expect(page.get_by_text(REMOVED)).to_be_visible()


def test_archived_in_another_tab_stays_open(talk: RunningApp, page: Page) -> None:
    page.goto(talk.url)
    say(page, "one")
    expect_messages(page, "one", "You said one. ")
    other = second(page)
    choose(other, "one", "Archive")
    expect(threads(page)).to_have_count(0)
    expect_messages(page, "one", "You said one. ")
    say(page, "two")
    expect_messages(page, "one", "You said one. ", "two", "You said two. ")


def test_a_share_that_ends_says_so(talk: RunningApp, page: Page, new_page: NewPage) -> None:
    page.goto(talk.url)
    say(page, "one")
    expect_messages(page, "one", "You said one. ")
    choose(page, "one", "Share")
    button(page, "New link").click()
    link = page.get_by_role("textbox", name="Link")
    reader = new_page()
    reader.goto(link.input_value())
    expect(messages(reader)).to_contain_text(["one", "You said one."])
    button(page, "End sharing").click()
    expect(reader.get_by_text("This chat is no longer shared.")).to_be_visible()
    expect(messages(reader)).to_have_count(0)
