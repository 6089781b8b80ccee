"""Changing the width of the window: the page is laid out anew, and nothing on it is made anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from .chat import messages, rest
from .conftest import PHONE, NewPage, Run
from .test_hello_chat import say

WIDE: ViewportSize = {"width": 900, "height": 700}
PHONE_WIDE: ViewportSize = {"width": 500, "height": 700}
NARROW: ViewportSize = {"width": 700, "height": 700}
TALK = """
    from swell.chat import Turn, chat

    @chat("/", title="Talk")
    async def answer(turn: Turn):
        yield "\\n\\n".join(f"{turn.prompt} paragraph {n}" for n in range(60))
"""
ZONES = """
    from swell import Q, app, data, main, ui

    @app("/")
    async def serve(q: Q):
        if not q.client.ready:
            chat, side = ui.zone("chat", size="1"), ui.zone("side", size="200px")
            q.page["meta"] = ui.meta_card(box="", layouts=[
                ui.layout("xs", height="100vh", zones=[side, chat]),
                ui.layout("m", height="100vh", zones=[
                    ui.zone("body", size="1", direction="row", zones=[side, chat])]),
            ])
            q.page["talk"] = ui.chatbot_card(
                box="chat", name="chatbot", events=["edit"], greeting="Hello",
                data=data("content from_user id", t="list", rows=[
                    *([f"line {n}", n % 2 == 0, str(n)] for n in range(60))]))
            q.page["form"] = ui.form_card(box="side", items=[ui.textbox("name", label="Name")])
            q.client.ready = True
        await q.page.save()
"""
GRID = """
    from swell import Q, app, data, ui

    @app("/")
    async def serve(q: Q):
        if not q.client.ready:
            q.page["talk"] = ui.chatbot_card(
                box="1 1 4 7", name="chatbot", events=["edit"],
                data=data("content from_user id", t="list", rows=[
                    *([f"line {n}", n % 2 == 0, str(n)] for n in range(60))]))
            q.page["form"] = ui.form_card(
                box="5 1 2 7", items=[ui.textbox("name", label="Name")])
            q.client.ready = True
        await q.page.save()
"""


def edit_and_leave(page: Page, prompt: str) -> None:
    """Leave the end as a reader does, and begin to edit a prompt in the middle of the view."""
    page.locator(".scroller").hover()
    page.mouse.wheel(0, -200)
    page.wait_for_function(
        "() => { const list = document.querySelector('.scroller');"
        " return list.scrollTop + list.clientHeight < list.scrollHeight - 100; }"
    )
    message = messages(page, "user").filter(has_text=prompt).last
    message.scroll_into_view_if_needed()
    message.hover()
    message.locator("xpath=following-sibling::*[1]").get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Your message", exact=True).fill("half a thought")


def scrolled(page: Page) -> float:
    place: float = page.locator(".scroller").evaluate("(list) => list.scrollTop")
    return place


def test_a_chat_survives_the_width_at_which_its_sidebar_folds(run: Run, page: Page) -> None:
    app = run(TALK)
    page.set_viewport_size(WIDE)
    page.goto(app.url)
    for prompt in ("one", "two"):
        say(page, prompt)
        expect(messages(page, "assistant").last).to_contain_text(f"{prompt} paragraph 59")
    edit_and_leave(page, "two")
    page.get_by_role("searchbox", name="Search chats").fill("two")
    page.locator(".scroller").evaluate("(list) => (list.dataset.same = 'yes')")
    field = page.get_by_role("textbox", name="Your message", exact=True)
    for size in (NARROW, WIDE, NARROW, WIDE):
        field.scroll_into_view_if_needed()
        page.set_viewport_size(size)
        expect(page.locator('[data-same="yes"]')).to_have_count(1)
        expect(field).to_be_in_viewport()
        expect(field).to_have_value("half a thought")
    expect(page.get_by_role("searchbox", name="Search chats")).to_have_value("two")


@pytest.mark.parametrize("source", [ZONES, GRID], ids=["zones", "grid"])
def test_cards_survive_another_layout(run: Run, page: Page, source: str) -> None:
    app = run(source)
    page.set_viewport_size(WIDE)
    page.goto(app.url)
    expect(messages(page).last).to_have_text("line 59")
    edit_and_leave(page, "line 30")
    page.get_by_label("Name").fill("Ann")
    field = page.get_by_role("textbox", name="Your message", exact=True)
    for size in (PHONE_WIDE, WIDE):
        # what is at the upper edge is held; the view may become lower
        field.evaluate("(field) => field.scrollIntoView({ block: 'start' })")
        field.focus()
        before = scrolled(page)
        assert before > 0
        page.set_viewport_size(size)
        expect(field).to_have_value("half a thought")
        expect(field).to_be_focused()
        expect(page.get_by_label("Name")).to_have_value("Ann")
        expect(field).to_be_in_viewport()


def test_nothing_lies_on_the_first_line_of_an_answer(run: Run, new_page: NewPage) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(run(TALK).url)
    say(page, "one")
    expect(messages(page)).to_have_count(2)
    row = page.get_by_role("group", name="Message actions").first
    expect(row.get_by_role("button", name="Edit")).to_be_visible()
    rest(page)
    edges = "(it) => [it.getBoundingClientRect().top, it.getBoundingClientRect().bottom]"
    above = messages(page).nth(0).evaluate(edges)
    below = messages(page).nth(1).evaluate(edges)
    between = row.evaluate(edges)
    assert above[1] <= between[0]
    assert between[1] <= below[0]
