"""The pictures of the documentation, made from the code blocks that they stand below."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .chat import messages, say
from .conftest import IMAGES, ROOT, NewPage, Run

GUIDE = ROOT / "docs" / "cards" / "chatbot.md"


def block_before(picture: str) -> str:
    """Return the code block that a picture in the chatbot's guide shows."""
    before, found, _ = GUIDE.read_text().partition(f"images/{picture}.png")
    assert found, f"{GUIDE.name} does not show {picture}"
    found_blocks: list[str] = re.findall(r"(?ms)^```py[^\n]*\n(.*?)^```", before)
    return found_blocks[-1]


def settled(page: Page) -> None:
    """Wait until there is a message."""
    expect(messages(page).first).to_be_visible()


def stopped(page: Page) -> None:
    """Prompt, let it answer for a while, and stop it."""
    say(page, "Tell me about the sea", page.locator("textarea").get_attribute("data-test") or "")
    expect(messages(page, "assistant").last).to_contain_text(re.compile(r"\w+ \w+"))
    page.get_by_role("button", name="Stop generating").click()
    expect(page.get_by_role("button", name="Stop generating")).to_be_hidden()


def suggested(page: Page) -> None:
    """Wait until the suggestions are there."""
    group = page.get_by_role("group", name="Suggestions")
    expect(group.get_by_role("button").first).to_be_visible()


def rated(page: Page) -> None:
    """Show the thumbs of an answer."""
    if not messages(page).count():
        say(page, "Hi", page.locator("textarea").get_attribute("data-test") or "")
    settled(page)
    messages(page, "assistant").last.hover()
    expect(page.get_by_role("button", name="Helpful", exact=True).last).to_be_visible()


def parts_drawn(page: Page) -> None:
    """Wait until the parts of the last message are there."""
    expect(page.locator("[data-part=sources]")).to_be_visible()


PICTURES: dict[str, Callable[[Page], None]] = {
    "chatbot-basic": settled,
    "chatbot-stop": settled,
    "chatbot-events": stopped,
    "chatbot-suggestions": suggested,
    "chatbot-feedback": rated,
    "chatbot-dark": settled,
    "chatbot-fields": settled,
    "chatbot-parts": parts_drawn,
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture(run: Run, new_page: NewPage, name: str) -> None:
    page = new_page(viewport={"width": 760, "height": 620})
    page.goto(run(block_before(name)).url)
    expect(page.locator("textarea")).to_be_visible()
    PICTURES[name](page)
    page.locator("textarea").blur()
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    assert (IMAGES / f"{name}.png").stat().st_size > 4_000
