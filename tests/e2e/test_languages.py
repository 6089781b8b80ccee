"""The interface in the reader's language: there from the first letter on, with one more request."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .apps import ECHO
from .chat import box, expect_messages, messages, say
from .conftest import ROOT, NewPage, Run

# What the first thing drawn says; a page that changed its mind would have said two.
FIRST_WORDS = """
() => {
  window.__placeholders = [];
  new MutationObserver(() => {
    const hint = document.querySelector("textarea")?.placeholder;
    if (hint && window.__placeholders.at(-1) !== hint) window.__placeholders.push(hint);
  }).observe(document, { childList: true, subtree: true, attributes: true });
}
"""


def visit(page: Page, url: str) -> list[str]:
    """Open an app and return the names of the scripts it loaded."""
    scripts: list[str] = []
    page.on(
        "request",
        lambda request: (
            scripts.append(request.url.rpartition("/")[2])
            if request.resource_type == "script"
            else None
        ),
    )
    page.add_init_script(f"({FIRST_WORDS})()")
    page.goto(url)
    expect(box(page)).to_be_visible()
    return scripts


@pytest.mark.parametrize(
    ("locale", "hint", "copy", "direction"),
    [
        ("en-US", "Type your message", "Copy", "ltr"),
        ("de-DE", "Nachricht eingeben", "Kopieren", "ltr"),
        ("ar-EG", "اكتب رسالتك", "نسخ", "rtl"),
    ],
)
def test_the_browsers_language_is_spoken(
    run: Run, new_page: NewPage, locale: str, hint: str, copy: str, direction: str
) -> None:
    app = run(ECHO)
    page = new_page(locale=locale)
    scripts = visit(page, app.url)
    assert page.evaluate("window.__placeholders") == [hint], "other words were drawn first"
    assert page.evaluate("document.documentElement.dir") == direction
    say(page, "Hi")
    expect_messages(page, "Hi", "You said: Hi")
    expect(page.get_by_role("button", name=copy, exact=True)).to_be_visible()
    words = [name for name in scripts if re.match(r"(de|es|fr|zh|ja|ar)-", name)]
    assert len(words) == (0 if locale.startswith("en") else 1)
    assert len([name for name in scripts if name.startswith("main-")]) == 1


def test_a_right_to_left_page_is_mirrored(run: Run, new_page: NewPage) -> None:
    app = run(ECHO)
    page = new_page(locale="ar")
    page.goto(app.url)
    say(page, "سؤال")
    expect(messages(page)).to_have_count(2)
    user = page.locator('[data-message="user"] .body').bounding_box()
    assistant = page.locator('[data-message="assistant"]').bounding_box()
    assert user is not None
    assert assistant is not None
    assert abs(user["x"] - assistant["x"]) < 2, "the person's words stand at the left, the end"
    send = page.locator('[data-test="chatbot-submit"]').bounding_box()
    field = box(page).bounding_box()
    assert send is not None
    assert field is not None
    assert send["x"] < field["x"]
    # The hint begins where the reader's language does, and what is typed where its own does.
    expect(box(page)).to_have_css("direction", "rtl")
    box(page).fill("in English")
    expect(box(page)).to_have_css("direction", "ltr")


def test_the_apps_setting_wins(run: Run, new_page: NewPage) -> None:
    app = run(ECHO, env={"SWELL_LOCALE": "fr"})
    page = new_page(locale="de-DE")
    visit(page, app.url)
    expect(box(page)).to_have_attribute("placeholder", "Écrivez un message")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_an_error_of_the_server_is_said_in_the_readers_language(
    run: Run, new_page: NewPage
) -> None:
    app = run(ECHO)
    page = new_page(locale="de-DE")
    page.goto(app.url)
    say(page, "fail")
    expect(page.get_by_role("alert")).to_contain_text("Beim Antworten ist etwas schiefgegangen.")


def ask(page: Page, text: str) -> None:
    """Say something to a `@chat`, and wait for the answer."""
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Enter")
    expect(messages(page)).to_have_count(2)


def share(page: Page, title: str, menu: str, command: str) -> None:
    """Choose a command in the menu of a conversation."""
    page.locator("a.thread").filter(has_text=title).hover()
    page.get_by_role("button", name=menu).click()
    page.get_by_role("menuitem", name=command, exact=True).click()


def test_a_chat_is_in_the_browsers_language_with_its_menus_panels_and_refusals(
    run: Run, new_page: NewPage
) -> None:
    app = run((ROOT / "examples/chat/hello.py").read_text())
    page = new_page(locale="de-DE")
    page.goto(app.url)
    ask(page, "Hallo")
    share(page, "Hallo", "Menü von Hallo", "Teilen…")
    panel = page.locator(".card.form")
    expect(panel.get_by_role("heading", name="Teilen")).to_be_visible()
    expect(panel).to_contain_text("Ein Link zeigt Hallo und was noch hinzukommt, nur zum Lesen.")
    panel.get_by_role("button", name="Schließen").click()
    expect(panel).to_have_count(0)

    page.get_by_role("button", name="Weitere Aktionen").click()
    commands = page.get_by_role("menuitem")
    expect(commands).to_have_text(["Archivierte Chats", "Chat importieren…"])
    with page.expect_file_chooser() as chooser:
        commands.last.click()
    chooser.value.set_files({"name": "x.json", "mimeType": "text/json", "buffer": b"[]"})
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("„x.json“ ist kein Chat, der hier als JSON exportiert wurde")

    arabic = new_page(locale="ar")
    arabic.goto(app.url)
    ask(arabic, "How?")
    share(arabic, "How?", "قائمة How?", "مشاركة…")
    words = arabic.locator(".card.form").get_by_text("يعرض الرابط")
    expect(words).to_have_css("direction", "rtl")

    threads = arabic.get_by_role("navigation").locator("a.thread")
    expect(threads.get_by_text("How?")).to_have_css("text-align", "right")
