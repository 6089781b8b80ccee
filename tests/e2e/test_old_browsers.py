"""Browsers at the edge of what is supported, and beyond it."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from .chat import messages
from .conftest import Run

APP = """
    from swell.chat import Turn, chat

    @chat("/", store=None)
    async def answer(turn: Turn):
        yield "A [link](https://example.com)."
"""
MISSING = """
delete URL.canParse;
delete Array.fromAsync;
delete Promise.withResolvers;
delete HTMLElement.prototype.showPopover;
delete HTMLElement.prototype.hidePopover;
"""


def test_an_answer_with_a_link_and_a_menu_need_nothing_newer(run: Run, page: Page) -> None:
    page.add_init_script(MISSING)
    page.goto(run(APP).url)
    expect(page.locator(".too-old")).to_be_hidden()
    box = page.get_by_role("textbox", name="Type your message")
    box.fill("Hi")
    box.press("Enter")
    expect(messages(page).last).to_have_text("A link.")
    actions = page.get_by_role("button", name="More actions")
    actions.click()
    expect(page.get_by_role("menu", name="More actions")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu", name="More actions")).to_be_hidden()


def test_a_browser_that_is_too_old_says_so_without_a_script(run: Run, page: Page) -> None:
    def older(route: Route) -> None:
        """Answer with a style sheet as a browser reads it that mixes no colours."""
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("color-mix(", "no-mix("))

    page.route("**/*.css", older)
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(run(APP).url)
    expect(page.get_by_text("This browser is too old for this page.")).to_be_visible()
