"""The app's cards beside a chat, in Chromium: changed by answers and users, and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .chat import box, say
from .conftest import PHONE, NewPage, Run, RunningApp
from .test_accessibility import violations

APP = """
from swell import ui
from swell.chat import Card, Event, Turn, chat


def layout(page):
    page["limits"] = ui.form_card("page", [
        ui.slider("threshold", label="Threshold", min=0, max=10, value=3, trigger=True),
        ui.text("Nothing yet", name="said"),
    ])


@chat("/", page=layout, store=None, title="Reports")
async def answer(turn: Turn):
    yield "Three books."
    turn.page["limits"].items[1].text.content = f"Asked: {turn.prompt}"
    await turn.page.save()
    yield Card([ui.button("buy", "Buy", value="7")])
    if turn.prompt == "details":
        panel = ui.side_panel("Details", [ui.text("Found twice.")], closable=True)
        turn.page["meta"].side_panel = panel


@chat.on("threshold")
async def threshold(event: Event):
    event.page["limits"].items[1].text.content = f"At {event.value}"


@chat.on("buy")
async def buy(event: Event):
    event.page["limits"].items[1].text.content = f"{event.value} of: {event.message.text}"
    return "Ordered"
"""


@pytest.fixture
def app(start: Run) -> RunningApp:
    """Run a chat with a form beside it."""
    return start(APP)


def test_answers_and_users_change_the_cards_in_every_tab(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    slider = page.get_by_role("slider", name="Threshold")
    slider.press("ArrowRight")
    expect(page.get_by_text("At 4")).to_be_visible()
    say(page, "books", "chat")
    expect(page.get_by_text("Asked: books")).to_be_visible()
    page.get_by_role("button", name="Buy").click()
    expect(page.get_by_text("7 of: Three books.")).to_be_visible()
    expect(page.get_by_text("Ordered")).to_be_visible()

    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("7 of: Three books.")).to_be_visible()
    other.get_by_role("slider", name="Threshold").press("ArrowRight")
    expect(page.get_by_text(re.compile("At [45]"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("At [45]"))).to_be_visible()
    assert violations(page) == []


def test_a_panel_of_an_answer_stays_closed(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    say(page, "details", "chat")
    expect(page.get_by_text("Found twice.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Buy").click()
    expect(page.get_by_text("7 of: Three books.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("7 of: Three books.")).to_be_visible()
    expect(page.get_by_text("Found twice.")).to_have_count(0)


def test_a_phone_switches_between_the_chat_and_the_cards(
    app: RunningApp, new_page: NewPage
) -> None:
    page = new_page(viewport=PHONE)
    page.goto(app.url)
    expect(box(page, "chat")).to_be_visible()
    page.get_by_role("tab", name="Page").click()
    expect(page.get_by_role("slider", name="Threshold")).to_be_visible()
    expect(box(page, "chat")).to_be_hidden()
    assert violations(page) == []
    page.get_by_role("tab", name="Chat").click()
    expect(box(page, "chat")).to_be_visible()
