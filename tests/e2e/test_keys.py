"""Every key that the list of shortcuts names is pressed here, and Enter on screens without keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .chat import box, messages
from .conftest import PHONE, NewPage, Run, RunningApp
from .test_hello_chat import button, say, stop_button

TALK = """
    import asyncio
    from swell.chat import Turn, chat

    @chat("/", title="Talk")
    async def answer(turn: Turn):
        yield f"{turn.prompt}\\n\\n```python\\nprint({turn.prompt!r})\\n```"
        if turn.prompt == "wait":
            await asyncio.sleep(60)
"""


@pytest.fixture
def talk(run: Run) -> RunningApp:
    return run(TALK)


def out_of_the_box(page: Page) -> None:
    box(page, "chat").press("Escape")
    page.evaluate("document.activeElement.blur()")


def listed(page: Page) -> dict[str, list[str]]:
    """Return what the list of shortcuts says: each label with its ways."""
    rows = page.get_by_role("dialog").locator("dl > div")
    read = (
        "rows => rows.map(r => [r.querySelector('dt').textContent, "
        "r.querySelector('dd').innerText.split(/\\s+/)])"
    )
    return dict(rows.evaluate_all(read))


def test_each_shortcut_does_what_the_list_says(talk: RunningApp, page: Page) -> None:
    context: BrowserContext = page.context
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(talk.url)
    for prompt in ("one", "two"):
        say(page, prompt)
        expect(messages(page, "assistant").last).to_contain_text(f"print('{prompt}')")
    pressed: dict[str, list[str]] = {}

    def saw(label: str, *ways: str) -> None:
        pressed[label] = list(ways)

    def copied(text: str) -> None:
        expect(page.get_by_text("Copied").first).to_be_attached()
        assert text in page.evaluate("navigator.clipboard.readText()")

    # Writing
    out_of_the_box(page)
    page.keyboard.press("/")
    expect(box(page, "chat")).to_be_focused()
    out_of_the_box(page)
    page.keyboard.press("k")
    expect(page.locator("article:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(box(page, "chat")).to_be_focused()
    saw("Go to the prompt box", "/", "or", "Esc")
    page.keyboard.type("a")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("b")
    expect(box(page, "chat")).to_have_value("a\nb")
    saw("New line", "Shift", "Enter")
    box(page, "chat").fill("three")
    page.keyboard.press("Enter")
    expect(messages(page, "assistant").last).to_contain_text("print('three')")
    expect(stop_button(page)).to_have_count(0)
    saw("Send", "Enter")
    expect(box(page, "chat")).to_have_value("")
    page.keyboard.press("ArrowUp")
    editor = page.get_by_role("textbox", name="Your message", exact=True)
    expect(editor).to_have_value("three")
    expect(editor).to_be_focused()
    page.keyboard.press("Escape")
    saw("Edit your last message", "↑")

    # Conversation
    out_of_the_box(page)
    for _ in range(2):  # to the last one, wherever it begins
        page.keyboard.press("j")
    for back, on in (("k", "j"), ("Alt+ArrowUp", "Alt+ArrowDown")):
        page.keyboard.press(back)
        expect(messages(page, "user").last).to_be_focused()
        page.keyboard.press(on)
        expect(messages(page, "assistant").last).to_be_focused()
    saw("Next message", "j", "or", "Alt", "↓")
    saw("Previous message", "k", "or", "Alt", "↑")
    page.keyboard.press("Enter")
    expect(button(page, "Copy").last).to_be_focused()
    saw("Actions of the message", "Enter")
    page.keyboard.press("j")
    page.keyboard.press("Home")
    expect(messages(page).first).to_be_in_viewport()
    page.keyboard.press("End")
    expect(messages(page).last).to_be_in_viewport()
    saw("Go to the start", "Home")
    saw("Go to the end", "End")
    page.keyboard.press("c")
    copied("```python")
    saw("Copy the last answer", "c")
    page.keyboard.press("Shift+C")
    expect(page.get_by_text("Copied")).to_have_count(2)
    assert page.evaluate("navigator.clipboard.readText()") == "print('three')"
    saw("Copy the last code", "Shift", "c")

    # Page
    page.keyboard.press("s")
    expect(button(page, "Show chats")).to_be_visible()
    page.keyboard.press("s")
    expect(button(page, "Hide chats")).to_be_visible()
    saw("Show or hide the sidebar", "s")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox", name="Search this conversation")).to_be_focused()
    page.keyboard.press("Escape")
    saw("Search this conversation", "Ctrl", "K")
    box(page, "chat").fill("wait")
    page.keyboard.press("Enter")
    expect(messages(page, "assistant").last).to_contain_text("wait")
    page.keyboard.press("Escape")
    expect(stop_button(page)).to_have_count(0)
    saw("Stop the answer", "Esc")
    out_of_the_box(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    saw("This list", "?")
    assert listed(page) == pressed


def test_s_opens_the_drawer_of_a_narrow_window(talk: RunningApp, page: Page) -> None:
    page.set_viewport_size({"width": 600, "height": 700})
    page.goto(talk.url)
    say(page, "one")
    expect(messages(page, "assistant").last).to_contain_text("print('one')")
    out_of_the_box(page)
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Chats")).to_be_visible()


def test_enter_begins_a_new_line_on_a_touch_screen(talk: RunningApp, new_page: NewPage) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(talk.url)
    field = box(page, "chat")
    field.tap()
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(field).to_have_value("one\ntwo")
    expect(field).to_have_attribute("enterkeyhint", "enter")
    page.locator('[data-test="chat-submit"]').tap()
    expect(messages(page, "user")).to_have_text(["one\ntwo"])
    expect(stop_button(page)).to_have_count(0)
    # A keyboard at a tablet sends as with `submit_key="ctrl_enter"`.
    field.fill("three")
    field.press("Control+Enter")
    expect(messages(page, "user")).to_have_count(2)
    expect(messages(page, "assistant")).to_have_count(2)  # until then it is on its way
    expect(stop_button(page)).to_have_count(0)
    # The editor of a message has the same keys.
    field.fill("")
    field.press("ArrowUp")
    editor = page.get_by_role("textbox", name="Your message", exact=True)
    editor.press("End")
    editor.press("Enter")
    expect(editor).to_have_value("three\n")


def test_enter_while_an_answer_is_written_keeps_the_text_and_says_why(
    talk: RunningApp, page: Page
) -> None:
    page.goto(talk.url)
    say(page, "wait")
    expect(stop_button(page)).to_be_visible()
    box(page, "chat").fill("next")
    box(page, "chat").press("Enter")
    hint = page.get_by_role("status").filter(has_text="An answer is being written.")
    expect(hint).to_be_visible()
    expect(hint).to_contain_text("press Stop first")
    expect(box(page, "chat")).to_have_value("next")
    page.keyboard.press("Escape")
    expect(hint).to_have_count(0)
    expect(box(page, "chat")).to_have_value("next")
    page.keyboard.press("Enter")
    expect(messages(page, "user")).to_have_text(["wait", "next"])
