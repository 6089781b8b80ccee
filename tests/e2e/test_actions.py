"""What people do with messages: copy, edit, regenerate, switch versions, delete, comment."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from .chat import expect_messages, messages, say
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


def test_deleting_takes_a_second_press(run: Run, page: Page) -> None:
    open_chat(run, page)
    button(page, "Delete").last.click()
    sure = button(page, "Press again to delete")
    expect(sure).to_be_visible()
    page.keyboard.press("Escape")
    expect(sure).to_have_count(0)
    button(page, "Delete").last.click()
    sure.click()
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


def test_copying_gives_markdown_and_rich_text(run: Run, new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    open_chat(run, page)
    button(page, "Copy").last.click()
    expect(button(page, "Copied")).to_be_visible()
    read = """async () => { const [item] = await navigator.clipboard.read();
        const as = async (type) => item.types.includes(type)
            ? (await item.getType(type)).text() : null;
        return [await as("text/plain"), await as("text/html")]; }"""
    plain, rich = page.evaluate(read)
    assert plain == "One answer to *first*"
    assert "<em>first</em>" in rich
    assert "class=" not in rich


def test_an_app_that_listens_to_nothing_has_copy_only(run: Run, page: Page) -> None:
    page.goto(run(APP.replace('"edit", "regenerate", "branch", "delete", "feedback"', "")).url)
    say(page, "first", "ask")
    expect_messages(page, "first", "One answer to first")
    expect(page.get_by_role("group", name="Message actions").get_by_role("button")).to_have_count(1)
