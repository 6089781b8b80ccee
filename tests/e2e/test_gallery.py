"""The gallery: every message, part and state, in light, dark, on a phone and right to left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .chat import messages, say
from .conftest import IMAGES, ROOT, NewPage, Run

GALLERY = ROOT / "examples" / "gallery.py"
PHONE = {"width": 390, "height": 844}
LOOKS: dict[str, dict[str, object]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
    "rtl": {"locale": "ar", "timezone_id": "UTC"},
}


def show(run: Run, new_page: NewPage, **options: object) -> Page:
    """Open the gallery and wait until all of it is drawn."""
    page = new_page(**{"viewport": {"width": 900, "height": 1000}, **options})
    source = GALLERY.read_text()
    if options.get("color_scheme") == "dark":
        source = source.replace('theme="light"', 'theme="h2o-dark"')
    page.goto(run(source).url)
    for part in ("reasoning", "tool_call", "table", "sources", "file", "image", "card"):
        expect(page.locator(f"[data-part={part}]").first).to_be_attached()
    expect(page.locator("[data-part=card] textarea, [data-part=card] input").first).to_be_attached()
    page.locator("textarea[data-test]").blur()
    return page


def at_top(page: Page) -> None:
    """Scroll the conversation to its first message."""
    page.locator(".scroller").press("Home")  # a reader leaves the end, a script does not
    expect(messages(page).first).to_be_in_viewport()


@pytest.mark.parametrize("look", LOOKS)
def test_the_gallery_shows_all_and_nothing_spills(run: Run, new_page: NewPage, look: str) -> None:
    page = show(run, new_page, **LOOKS[look])
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"gallery-{look}-end.png", animations="disabled")
    at_top(page)
    page.screenshot(path=IMAGES / f"gallery-{look}.png", animations="disabled")
    # Nothing is wider than the column; a wider block scrolls.
    wide = page.evaluate(
        "[...document.querySelectorAll('.scroller')].filter(e => e.scrollWidth > e.clientWidth)"
        ".length + (document.documentElement.scrollWidth > innerWidth)"
    )
    assert wide == 0


def test_parts_open_and_retry_asks_again(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    at_top(page)
    page.get_by_text("Thought, used 1 tool · 12s").click()
    page.get_by_text("Thought for 12s").click()
    expect(page.get_by_text("The picture is a drawing")).to_be_visible()
    page.get_by_text("read_csv").click()
    expect(page.get_by_text('"group_by"')).to_be_visible()
    page.get_by_role("button", name="Source 1: Quarterly report").click()
    expect(page.get_by_text("Growth was broad")).to_be_visible()
    page.get_by_role("button", name="Retry").last.click()
    expect(messages(page).last).to_have_text("This would answer failed again.")


def test_numbers_in_an_answer_lead_to_its_sources(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    at_top(page)
    answer = messages(page, "assistant").first
    first, second = answer.locator(".prose a").all()
    expect(first).to_have_attribute("href", "https://example.com/report")
    expect(second).to_have_accessible_name("Source 2: Regional figures example.com")
    first.focus()
    page.keyboard.press("Tab")
    expect(second).to_be_focused()
    tip = page.locator(".tip")
    expect(tip).to_have_text("Regional figuresexample.com")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    first.hover()
    expect(tip).to_have_text("Quarterly reportexample.com")


def test_a_form_inside_a_message_submits(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    page.get_by_label("Note", exact=True).fill("On Tuesday, please.")
    page.get_by_role("button", name="Send", exact=True).first.click()
    expect(messages(page).last).to_have_text("Sent: On Tuesday, please.")


def test_an_answer_is_made_of_thoughts_a_tool_and_words(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    say(page, "Show me", "prompt")
    answer = messages(page, "assistant").last
    expect(answer.get_by_text("Thinking")).to_be_visible()
    expect(answer.get_by_text("Thought for 1s")).to_be_visible()
    expect(answer).to_contain_text("clock")
    expect(answer).to_contain_text("It is done: thoughts, a tool, and these words.")


def test_the_caret_stands_behind_what_is_being_thought(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    last = page.locator("[data-part=reasoning] [data-end]").last
    expect(last).to_be_attached()
    caret = last.evaluate("node => getComputedStyle(node, '::after').content")
    assert caret == '""'
