"""A conversation on paper: all of it, black on white, without what can only be pressed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .chat import messages
from .conftest import NewPage, Run

COUNT = 90

APP = f"""
from swell import Q, app, data, ui

CODE = "```py\\n" + "x = 1  # " + "a line that is much longer than a sheet is wide " * 9 + "\\n```"

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.client.ready = True
        q.page['meta'] = ui.meta_card('', theme='h2o-dark')
        rows = [[f"Message {{i}}. [A page](https://example.com/{{i}})\\n\\n" + CODE, i % 2 == 0]
                for i in range({COUNT})]
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', data=data('content from_user', t='list', rows=rows),
            events=['edit', 'feedback'])
    await q.page.save()
"""

PRINTED = "window.__printed = []; addEventListener('afterprint', () => window.__printed.push(1))"


def sheets(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def shown(page: Page) -> tuple[str | None, float]:
    """Return the first message in view and where it stands."""
    found: list[object] = page.locator(".scroller").evaluate(
        """box => {
          const top = box.getBoundingClientRect().top;
          const turn = [...box.querySelectorAll('[data-key]')]
            .find(one => one.getBoundingClientRect().top >= top);
          return [turn.textContent.slice(0, 12), turn.getBoundingClientRect().top];
        }"""
    )
    return str(found[0]), float(str(found[1]))


def test_all_messages_are_on_paper_and_the_reader_keeps_the_place(run: Run, page: Page) -> None:
    page.goto(run(APP).url)
    expect(messages(page).last).to_contain_text(f"Message {COUNT - 1}.")
    assert messages(page).count() < COUNT, "what is far from the view is not drawn"
    expect(page.get_by_role("button", name="Helpful", exact=True).last).to_be_visible()
    page.locator(".scroller").hover()
    page.mouse.wheel(0, -900)
    expect(page.get_by_role("button", name="Go to the latest message")).to_be_visible()
    place = shown(page)
    page.evaluate(PRINTED)
    pdf = page.pdf(format="A4")
    assert page.evaluate("window.__printed.length") == 1
    assert sheets(pdf) > COUNT / 6  # some five of these fill a sheet
    expect(messages(page)).to_have_count(COUNT)
    now = shown(page)
    assert now[0] == place[0]
    assert abs(now[1] - place[1]) <= 1


def test_on_paper_it_is_black_on_white_and_nothing_is_cut(run: Run, new_page: NewPage) -> None:
    page = new_page(color_scheme="dark")
    page.goto(run(APP).url)
    expect(page.locator("html")).to_have_css("background-color", "rgb(8, 8, 8)")
    expect(messages(page).last).to_contain_text(f"Message {COUNT - 1}.")
    page.emulate_media(media="print")
    expect(messages(page)).to_have_count(COUNT)
    for text in (f"Message {number}." for number in (0, COUNT // 2, COUNT - 1)):
        expect(page.get_by_text(text).first).to_be_visible()
    expect(page.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(messages(page).first).to_have_css("color", "rgb(0, 0, 0)")
    assert page.locator("button:visible, textarea:visible").count() == 0
    whole = page.evaluate("document.documentElement.scrollHeight")
    assert whole >= page.locator(".content").evaluate("box => box.scrollHeight")
    wide = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
    assert page.locator("pre, .prose, .scroller, html").evaluate_all(wide) == 0
    address = "link => getComputedStyle(link, '::after').content"
    assert "example.com/" in page.locator(".prose a").first.evaluate(address)


def test_a_sidebar_is_not_on_paper(run: Run, page: Page) -> None:
    chat = """
        from swell.chat import Turn, chat

        @chat("/", store=None)
        async def answer(turn: Turn):
            yield f"You said: {turn.prompt}"
    """
    page.goto(run(chat).url)
    box = page.get_by_role("textbox", name="Type your message")
    box.fill("Hi")
    box.press("Enter")
    expect(messages(page).last).to_contain_text("You said: Hi")
    expect(page.get_by_role("link", name="New chat")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="New chat")).to_be_hidden()
    expect(messages(page).last).to_be_visible()
    page.emulate_media(media="screen")
    assert sheets(page.pdf()) == 1
