"""Every kind of buffer, written while a page shows it, and shown again after a reload."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .apps import BUFFERS, BUSY
from .chat import box, expect_messages, messages, rest, say
from .conftest import Run

STEPS: dict[str, list[tuple[str, list[str]]]] = {
    "list": [
        ("rows += ['a', True]; q.page['talk'].data += ['b', False]", ["a", "b"]),
        ("rows[-1] = ['b2', False]", ["a", "b2"]),
        ("rows[0] = ['a2', True]; rows[99] = ['c', False]", ["a2", "b2", "c"]),
        ("rows[-1].content = 'c2'", ["a2", "b2", "c2"]),
        ("rows[1] = None", ["a2", "c2"]),
        ("q.page['talk'].data = [['d', True], ['e', False]]", ["a2", "c2", "d", "e"]),
    ],
    "cyclic": [
        ("rows[-1] = ['u1', True]; rows[-1] = ['b1', False]", ["u1", "b1"]),
        ("rows[0] = ['u2', True]; rows['k'] = ['b2', False]", ["b1", "u2", "b2"]),
        ("rows[-1].content = 'b2!'", ["b1", "u2", "b2!"]),
        ("q.page['talk'].data = [[str(i), False] for i in range(5)]", ["2", "3", "4"]),
    ],
    "fixed": [
        ("rows[0] = ['a', True]; rows[3] = ['d', False]", ["a", "d"]),
        ("rows[1] = ['b', False]", ["a", "b", "d"]),
        ("rows[0] = None", ["b", "d"]),
        ("rows[3].content = 'd2'", ["b", "d2"]),
        ("q.page['talk'].data = [['w', True], None, ['y', False], None]", ["w", "y"]),
    ],
    "map": [
        ("rows[10] = ['ten', False]; rows[9] = ['nine', True]", ["nine", "ten"]),
        ("rows[10] = ['ten and more', False]", ["nine", "ten and more"]),
        ("rows['z'] = ['z', False]; rows[1] = ['one', True]", ["one", "nine", "ten and more", "z"]),
        ("rows[9] = None", ["one", "ten and more", "z"]),
        ("q.page['talk'].data = {'2': ['two', True], '1': ['one', False]}", ["one", "two"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", STEPS)
def test_writes_show_at_once_and_stay_after_a_reload(run: Run, page: Page, kind: str) -> None:
    page.goto(f"{run(BUFFERS).url}#{kind}")
    for step, shown in STEPS[kind]:
        page.locator('[data-test="step"]').fill(step)
        page.get_by_role("button", name="Go").click()
        expect_messages(page, *shown)
    page.reload()
    expect_messages(page, *STEPS[kind][-1][1])


def test_a_draft_stays_a_draft_when_stop_is_clicked(run: Run, page: Page) -> None:
    page.goto(run(BUSY).url)
    say(page, "Hi")
    stop = page.get_by_role("button", name="Stop generating")
    expect(stop).to_be_visible()
    box(page).fill("a thought for later")
    box(page).press("Enter")  # while an answer is being made, Enter keeps what is typed
    stop.click()
    expect(messages(page, "assistant").last).to_have_text("stopped with None")
    expect(box(page)).to_have_value("a thought for later")
    expect(messages(page, "user")).to_have_text(["Hi"])
    box(page).press("Enter")
    expect(messages(page, "user")).to_have_text(["Hi", "a thought for later"])


def test_a_reader_who_scrolled_up_is_left_alone(run: Run, page: Page) -> None:
    page.goto(run(BUSY).url)
    say(page, "Hi")
    expect(messages(page, "assistant").last).to_contain_text("more 3")
    page.locator(".latest").click()
    scroller = page.get_by_role("log")
    scroller.hover()
    page.mouse.wheel(0, -900)
    rest(page)
    first = messages(page, "user").first
    top = page.evaluate("e => e.getBoundingClientRect().top", first.element_handle())
    count = len(re.findall("more", messages(page, "assistant").last.inner_text()))
    expect(messages(page, "assistant").last).to_contain_text(f"more {count + 5}")
    assert page.evaluate("e => e.getBoundingClientRect().top", first.element_handle()) == top
    page.get_by_role("button", name=re.compile("New messages|latest")).click()
    expect(messages(page, "assistant").last).to_contain_text("more 39")
    bottom = page.evaluate(
        "e => e.getBoundingClientRect().bottom", messages(page, "assistant").last.element_handle()
    )
    assert bottom <= 800


def test_enter_that_ends_a_composition_does_not_send(run: Run, page: Page) -> None:
    page.goto(run(BUSY).url)
    box(page).focus()
    session = page.context.new_cdp_session(page)
    composed = {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    session.send("Input.imeSetComposition", composed)
    box(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    session.send("Input.insertText", {"text": "日本"})
    expect(box(page)).to_have_value("日本")
    box(page).press("Enter")
    expect(messages(page, "user")).to_have_text(["日本"])
