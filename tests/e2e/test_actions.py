"""What people do with messages: copy, edit, regenerate, switch versions, delete, comment."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .chat import action, expect_messages, messages, say
from .conftest import ROOT, NewPage, Run

[APP] = re.findall(
    r"^```py\n(.*?)^```$", (ROOT / "docs/howto/actions.md").read_text(), re.MULTILINE | re.DOTALL
)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def open_chat(run: Run, page: Page) -> None:
    page.goto(run(APP).url)
    say(page, "first", "ask")
    expect_messages(page, "first", "One answer to first")


def test_an_answer_is_written_again_and_its_versions_are_turned(run: Run, page: Page) -> None:
    open_chat(run, page)
    expect(button(page, "Next version")).to_have_count(0)
    button(page, "Write another answer").click()
    expect_messages(page, "first", "Answer 2 to first")
    versions = page.get_by_role("group", name="Version 2 of 2")
    expect(versions).to_contain_text("2/2")
    expect(button(page, "Next version")).to_have_attribute("aria-disabled", "true")
    button(page, "Previous version").click()
    expect_messages(page, "first", "One answer to first")
    expect(page.get_by_role("group", name="Version 1 of 2")).to_be_visible()


def test_a_prompt_is_edited_in_its_place_by_keyboard_alone(run: Run, page: Page) -> None:
    open_chat(run, page)
    edit = button(page, "Edit")
    edit.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Your message", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_value("first")
    field.fill("other")
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect_messages(page, "first", "One answer to first")
    edit.click()
    field.fill("second")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("line")
    page.keyboard.press("Enter")
    expect(field).to_have_count(0)
    expect(messages(page, "user")).to_have_text("second\nline", use_inner_text=True)
    expect(messages(page, "assistant")).to_contain_text("One answer to second")


def test_deleting_stands_in_a_menu(run: Run, page: Page) -> None:
    open_chat(run, page)
    expect(action(page, "Delete")).to_have_count(0)
    action(page, "Message actions").click()
    expect(page.get_by_role("menuitem", name="Delete")).to_be_visible()  # it is loaded first
    page.keyboard.press("Escape")
    expect(action(page, "Message actions")).to_be_focused()
    action(page, "Message actions").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(messages(page)).to_have_count(0)


def test_a_thumb_counts_at_once_and_a_comment_may_follow(run: Run, page: Page) -> None:
    app = run(APP)
    page.goto(app.url)
    say(page, "first", "ask")
    button(page, "Not helpful").click()
    expect(button(page, "Not helpful")).to_have_attribute("aria-pressed", "true")
    app.wait_for_log("False None")
    why = page.get_by_role("textbox", name="What was wrong?")
    why.fill("too short")
    why.press("Enter")
    expect(page.get_by_text("Thank you")).to_be_visible()
    app.wait_for_log("False too short")


def paste(page: Page) -> tuple[str, str]:
    """Return what another program would get from the clipboard, as text and as HTML."""
    page.evaluate(
        """() => addEventListener("paste", ({ clipboardData: from }) => {
            window.pasted = ["text/plain", "text/html"].map((type) => from.getData(type));
        }, { once: true })"""
    )
    box = page.get_by_role("textbox", name="Type your message")
    box.focus()
    page.keyboard.press("ControlOrMeta+v")
    plain, rich = page.wait_for_function("window.pasted").json_value()
    page.evaluate("window.pasted = undefined")
    box.fill("")
    return plain, rich


def without_clipboard(page: Page) -> None:
    """Take away what a page without https does not have."""
    page.add_init_script("delete Navigator.prototype.clipboard; delete window.ClipboardItem")


@pytest.mark.parametrize("clipboard", ["there", "missing"])
def test_copying_gives_markdown_and_rich_text(run: Run, new_page: NewPage, clipboard: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    if clipboard == "missing":
        without_clipboard(page)
    open_chat(run, page)
    action(page, "Copy").focus()
    page.keyboard.press("Enter")
    expect(button(page, "Copied")).to_be_focused()
    assert page.evaluate("getSelection().isCollapsed")
    plain, rich = paste(page)
    assert plain == "One answer to *first*"
    assert "<em>first</em>" in rich
    assert "class=" not in rich
    expect(button(page, "Copied")).to_have_count(0)
    action(page, "Copy").click(modifiers=["Shift"])
    expect(button(page, "Copied")).to_be_visible()
    assert paste(page) == ("One answer to *first*", "")


@pytest.mark.parametrize("clipboard", ["there", "missing"])
@pytest.mark.parametrize(
    ("key", "copied"), [("c", "One `way`:\n\n```py\nx = 1\n```\n"), ("Shift+C", "x = 1")]
)
def test_the_last_answer_or_its_code_is_copied_by_one_key(
    run: Run, new_page: NewPage, key: str, copied: str, clipboard: str
) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    if clipboard == "missing":
        without_clipboard(page)
    said = " `way`:\\n\\n```py\\nx = 1\\n```\\n"
    page.goto(run(APP.replace(" answer to *{q.args.ask}*", said)).url)
    say(page, "first", "ask")
    expect(messages(page, "assistant")).to_contain_text("x = 1")
    # Keys, and what can be copied by them, are loaded when the words are there.
    expect(page.locator(".chat > [role=status]")).to_have_count(1)
    expect(button(page, "Copy: py")).to_be_visible()
    conversation = page.get_by_role("log")
    conversation.focus()
    page.keyboard.press(key)
    expect(page.get_by_role("status").get_by_text("Copied")).to_be_attached()
    expect(conversation).to_be_focused()
    assert paste(page)[0] == copied


def test_an_app_that_listens_to_nothing_has_copy_only(run: Run, page: Page) -> None:
    page.goto(run(APP.replace('"edit", "regenerate", "branch", "delete", "feedback"', "")).url)
    say(page, "first", "ask")
    expect_messages(page, "first", "One answer to first")
    expect(page.get_by_role("group", name="Message actions").get_by_role("button")).to_have_count(1)
