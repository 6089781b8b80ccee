"""Scrolling: the prompt goes to the top, only the reader leaves the end, the place is held."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .chat import messages, rest, until
from .conftest import PHONE, NewPage, Run, RunningApp
from .threads import open_thread

APP = """
    import asyncio
    from swell.chat import Turn, chat

    RICH = "# A title\\n\\n| a | b |\\n|---|---|\\n" + "| 1 | 2 |\\n" * 12 + (
        "\\n```python\\n" + "print(1)\\n" * 20 + "```\\n\\n$$x^2$$\\n\\nThe end.")

    LINKS = "## Intro\\n\\nA [site](https://example.com) and a claim[^1].\\n\\n" + (
        "words\\n\\n" * 60 + "Back to the [Intro](#intro).\\n\\n[^1]: Its source.\\n\\n")

    @chat("/", title="Scrolling")
    async def answer(turn: Turn):
        if turn.prompt == "rich":
            yield RICH
            return
        prompt = turn.prompt
        if prompt.startswith("links "):
            yield LINKS
            prompt = prompt.removeprefix("links ")
        count, _, pause_ms = prompt.split()[0].partition("/")
        for number in range(int(count)):
            yield f"w{number}. " + ("\\n\\n" if number % 40 == 39 else "")
            await asyncio.sleep(float(pause_ms or 5) / 1000)
"""
MARGIN = 24  # above a prompt that stands at the top


@pytest.fixture
def chat(run: Run) -> RunningApp:
    return run(APP)


def ask(page: Page, text: str) -> None:
    """Send a prompt once the answer before it is complete."""
    expect(page.locator('[data-test="chat-stop"]')).to_have_count(0)
    box = page.get_by_role("textbox", name="Type your message")
    box.fill(text)
    page.locator('[data-test="chat-submit"]').click()


def top(shown: Locator) -> float:
    """Return where an element stands, in pixels below the upper edge of the conversation."""
    return float(
        shown.evaluate(
            "(it) => it.getBoundingClientRect().top"
            " - it.closest('[role=log]').getBoundingClientRect().top"
        )
    )


def to_end(page: Page) -> float:
    """Return how far the end is below the view, in pixels."""
    return float(
        page.get_by_role("log").evaluate("(it) => it.scrollHeight - it.clientHeight - it.scrollTop")
    )


def at_end(page: Page) -> None:
    """Wait until the view is at the end, as it is in every frame of one that follows."""
    until(page, lambda: to_end(page) < 2, lambda: to_end(page))


def at_rest(page: Page) -> float:
    """Wait until a scroll that takes its time has ended; return where the view is."""
    rest(page)
    return float(page.get_by_role("log").evaluate("(it) => it.scrollTop"))


def search(page: Page, words: str) -> None:
    """Look for words with the find bar."""
    expect(page.locator(".chat > [role=status]")).to_have_count(1)  # the keys come last
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search this conversation").fill(words)


def jump(page: Page) -> Locator:
    return page.locator(".latest")


@pytest.mark.parametrize(
    "device",
    [{}, {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}],
    ids=["desk", "phone"],
)
def test_a_prompt_goes_to_the_top_and_stays_there_while_the_answer_grows(
    chat: RunningApp, new_page: NewPage, device: dict[str, object]
) -> None:
    page = new_page(**device)
    page.goto(chat.url)
    ask(page, "30 words")
    expect(messages(page).last).to_contain_text("w29.")
    ask(page, "1200 words")
    prompt = messages(page, "user").last
    expect(messages(page)).to_have_count(4)
    expect(messages(page).last).to_contain_text("w0.")
    place = top(prompt)
    assert place == pytest.approx(MARGIN, abs=1)
    for seen in ("w40.", "w200.", "w700.", "w1199."):
        expect(messages(page).last).to_contain_text(seen)
        assert top(prompt) == pytest.approx(place, abs=1)
    # The answer is longer than the view, and the button leads on.
    expect(jump(page)).to_have_accessible_name("Go to the latest message")
    jump(page).click()
    at_end(page)
    expect(jump(page)).to_have_count(0)
    # The next one too, and a short answer leaves it there.
    ask(page, "10 words")
    expect(messages(page)).to_have_count(6)
    expect(messages(page).last).to_contain_text("w9.")
    assert top(messages(page, "user").last) == pytest.approx(place, abs=1)
    expect(jump(page)).to_have_count(0)


def test_nothing_moves_under_the_finger_when_the_reader_arrives_at_the_end(
    chat: RunningApp, new_page: NewPage
) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(chat.url)
    ask(page, "700/1")
    expect(messages(page).last).to_contain_text("w699.")
    expect(jump(page)).to_be_visible()
    rest(page)
    arrive = """(it) => {
      it.scrollTop = it.scrollHeight;
      return [...it.querySelectorAll("[data-message]")].at(-1).getBoundingClientRect().bottom;
    }"""
    bottom = page.get_by_role("log").evaluate(arrive)
    expect(jump(page)).to_have_count(0)
    rest(page)
    now = messages(page).last.evaluate("(it) => it.getBoundingClientRect().bottom")
    assert now == pytest.approx(bottom, abs=1)


def test_the_button_is_a_circle_that_covers_no_words(chat: RunningApp, new_page: NewPage) -> None:
    for width in (1280, 800, 390):
        page = new_page(viewport={"width": width, "height": 700})
        page.goto(chat.url)
        ask(page, "700/1")
        expect(jump(page)).to_be_visible()
        button = jump(page).bounding_box()
        assert button is not None
        assert button["width"] == button["height"]
        column = messages(page).last.bounding_box()
        view = page.get_by_role("log").bounding_box()
        assert column is not None
        assert view is not None
        beside = button["x"] >= column["x"] + column["width"]
        below = button["y"] >= view["y"] + view["height"]
        assert beside or below
        assert button["x"] + button["width"] > column["x"] + column["width"] - 24
        page.close()


def test_a_rich_answer_that_comes_at_once_leaves_its_prompt_at_the_top(
    chat: RunningApp, page: Page
) -> None:
    page.goto(chat.url)
    ask(page, "400/1")
    expect(messages(page).last).to_contain_text("w399.")
    ask(page, "rich")
    expect(messages(page).last).to_contain_text("The end.")
    assert top(messages(page, "user").last) == pytest.approx(MARGIN, abs=1)
    page.reload()
    expect(messages(page).last).to_contain_text("The end.")
    at_end(page)
    expect(jump(page)).to_have_count(0)


WAYS = {
    "wheel": lambda page: page.mouse.wheel(0, -60),
    "PageUp": lambda page: page.keyboard.press("PageUp"),
    "ArrowUp": lambda page: page.keyboard.press("ArrowUp"),
    "Shift+Space": lambda page: page.keyboard.press("Shift+Space"),
    "Home": lambda page: page.keyboard.press("Home"),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_up_leaves_the_end_while_words_come(
    chat: RunningApp, page: Page, way: str
) -> None:
    page.goto(chat.url)
    ask(page, "9000/5")
    expect(jump(page)).to_be_visible()
    page.get_by_role("log").focus()
    page.keyboard.press("End")
    expect(jump(page)).to_have_count(0)
    at_end(page)
    # A scroll that the reader did not make is none: browsers report old positions late.
    page.get_by_role("log").dispatch_event("scroll")
    at_end(page)
    page.get_by_role("log").hover()
    WAYS[way](page)
    expect(jump(page)).to_be_visible()
    before = at_rest(page)
    count = len(messages(page).last.text_content() or "")
    expect(messages(page).last).to_have_text(re.compile(f".{{{count + 200},}}", re.DOTALL))
    assert page.get_by_role("log").evaluate("(it) => it.scrollTop") == pytest.approx(before, abs=1)


GOALS = {
    "link": lambda answer: answer.get_by_role("heading", name="Intro"),
    "footnote": lambda answer: answer.locator("[role=doc-noteref]"),
    "Tab": lambda answer: answer.get_by_role("link", name="site"),
}


@pytest.mark.parametrize("way", GOALS)
def test_where_the_reader_goes_wins_over_the_end_while_words_come(
    chat: RunningApp, page: Page, way: str
) -> None:
    page.goto(chat.url)
    ask(page, "links 9000/5")
    answer, log = messages(page, "assistant").last, page.get_by_role("log")
    expect(answer.locator("[role=doc-backlink]")).to_have_count(1)
    expect(jump(page)).to_be_visible()
    log.focus()
    page.keyboard.press("End")
    expect(jump(page)).to_have_count(0)
    at_end(page)
    goal = GOALS[way](answer)
    expect(goal).not_to_be_in_viewport()
    # A click by its event: where the words grow a pointer finds nothing that stands still.
    if way == "link":
        answer.get_by_role("link", name="Intro").dispatch_event("click")
    elif way == "footnote":
        answer.locator("[role=doc-backlink]").dispatch_event("click")
    else:
        for _ in range(20):
            page.keyboard.press("Tab")
            if goal.evaluate("(it) => it === document.activeElement"):
                break
    expect(goal).to_be_focused()
    expect(goal).to_be_in_viewport()
    expect(jump(page)).to_be_visible()
    before = at_rest(page)
    count = len(answer.text_content() or "")
    expect(answer).to_have_text(re.compile(f".{{{count + 200},}}", re.DOTALL))
    assert log.evaluate("(it) => it.scrollTop") == pytest.approx(before, abs=1)
    expect(goal).to_be_in_viewport()


def test_a_finger_leaves_the_end_while_words_come(chat: RunningApp, new_page: NewPage) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(chat.url)
    ask(page, "9000/5")
    jump(page).tap()
    expect(jump(page)).to_have_count(0)
    finger = page.context.new_cdp_session(page)
    for y in (300, *range(305, 425, 5)):
        kind = "touchStart" if y == 300 else "touchMove"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 190, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(jump(page)).to_be_visible()
    before = at_rest(page)
    count = len(messages(page).last.text_content() or "")
    expect(messages(page).last).to_have_text(re.compile(f".{{{count + 200},}}", re.DOTALL))
    assert page.get_by_role("log").evaluate("(it) => it.scrollTop") == pytest.approx(before, abs=1)


def test_reading_upwards_moves_by_what_the_wheel_says_and_by_nothing_else(
    chat: RunningApp, page: Page, tmp_path: Path
) -> None:
    page.goto(chat.url)
    open_thread(page, 160, tmp_path)
    at_end(page)
    page.get_by_role("log").hover()
    first = ""
    for _ in range(200):
        # The message in the middle of the view, and where it stands.
        shown = page.get_by_role("log").evaluate(
            """(it) => {
              const all = [...it.querySelectorAll("[data-key]")];
              const one = all.find((turn) => turn.getBoundingClientRect().bottom > 300);
              return [one.dataset.key, one.getBoundingClientRect().top, it.scrollTop];
            }"""
        )
        page.mouse.wheel(0, -500)
        rest(page, frames=4)  # sections are drawn, and older messages come
        same = page.locator(f'[data-key="{shown[0]}"]')
        moved = same.evaluate("(it) => it.getBoundingClientRect().top") - shown[1]
        # Less where the top was reached, before older messages came.
        assert moved == pytest.approx(500, abs=1) or (shown[2] < 560 and -1 <= moved <= 501)
        first = (messages(page).first.text_content() or "").strip()
        if first == "Question 0?" and page.get_by_role("log").evaluate("(it) => it.scrollTop") <= 1:
            break
    assert first == "Question 0?"
    expect(jump(page)).to_have_accessible_name("Go to the latest message")  # nothing is new


def test_older_messages_by_the_button_hold_the_place(
    chat: RunningApp, page: Page, tmp_path: Path
) -> None:
    page.goto(chat.url)
    open_thread(page, 160, tmp_path)
    page.get_by_role("log").focus()
    for oldest in ("Question 60?", "Question 10?", "Question 0?"):
        page.keyboard.press("Home")
        button = page.get_by_role("button", name="Load earlier messages")
        expect(button.or_(messages(page).filter(has_text=oldest))).not_to_have_count(0)
        expect(messages(page).first).to_have_text(oldest)
    assert page.get_by_role("log").evaluate("(it) => it.scrollTop") > 100


def test_search_hits_far_apart_open_at_their_places(
    chat: RunningApp, page: Page, tmp_path: Path
) -> None:
    page.goto(chat.url)
    open_thread(page, 3000, tmp_path)
    for number in (1401, 2, 2997):
        words = f"Answer {number}." if number % 2 else f"Question {number}?"
        search(page, words)
        hit = page.get_by_role("search").get_by_role("button").filter(has_text=words).first
        there = messages(page).filter(has_text=words)
        expect(hit.or_(there).first).to_be_visible()
        if there.count() == 0:
            hit.click()
        expect(there).to_be_in_viewport()
        page.get_by_role("searchbox", name="Search this conversation").press("Escape")


def test_every_message_can_be_reached_downwards_and_the_end_at_once(
    chat: RunningApp, page: Page, tmp_path: Path
) -> None:
    page.goto(chat.url)
    open_thread(page, 1000, tmp_path)
    search(page, "Question 300?")
    page.get_by_role("search").get_by_role("button").filter(has_text="Question 300?").click()
    expect(messages(page).filter(has_text="Question 300?")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(jump(page)).to_have_accessible_name("Go to the latest message")
    seen: set[int] = set()
    page.get_by_role("log").hover()
    for _ in range(200):
        shown = page.get_by_role("log").evaluate(
            """(it) => {
              const view = it.getBoundingClientRect();
              const inView = (one) => {
                const place = one.getBoundingClientRect();
                return place.bottom > view.top && place.top < view.bottom;
              };
              return [...it.querySelectorAll("[data-message=user]")].filter(inView)
                .map((one) => Number(one.textContent.match(/\\d+/)[0]));
            }"""
        )
        seen |= set(shown)
        if max(seen) >= 420:  # portions below the hit's
            break
        page.mouse.wheel(0, 600)
        rest(page, frames=3)
    start = min(seen)
    assert seen == set(range(start, max(seen) + 1, 2))
    jump(page).click()
    expect(messages(page).last).to_contain_text("answer 999.")
    at_end(page)
    expect(jump(page)).to_have_count(0)


def test_an_edited_prompt_stands_at_the_top_with_nothing_unseen(
    chat: RunningApp, page: Page
) -> None:
    page.goto(chat.url)
    ask(page, "3")
    ask(page, "4 second")
    shown = messages(page, "user").last
    expect(messages(page, "assistant").last).to_contain_text("w3.")
    shown.hover()
    page.get_by_role("button", name="Edit").last.click()
    edited = page.locator("textarea:focus")
    expect(edited).to_have_value("4 second")
    edited.fill("4 second third")
    edited.press("Enter")
    expect(shown).to_contain_text("4 second third")
    expect(messages(page, "assistant").last).to_contain_text("w3.")
    page.wait_for_function("document.activeElement.matches('article')")
    assert abs(top(shown) - MARGIN) <= 1
    assert to_end(page) <= 1
    expect(page.get_by_role("button", name="New messages")).to_have_count(0)
