"""The chatbot card in a browser: sending, events, and what must never happen to a draft."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .apps import COUNTER, ECHO
from .chat import box, expect_messages, messages, say, whole
from .conftest import PHONE, NewPage, Run


def test_a_prompt_is_shown_once_and_answered(run: Run, page: Page) -> None:
    page.goto(run(ECHO).url)
    say(page, "Hi")
    expect_messages(page, "Hi", "You said: Hi")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")
    page.locator('[data-test="chatbot"]').fill("Again")
    page.locator('[data-test="chatbot-submit"]').click()
    expect_messages(page, "Hi", "You said: Hi", "Again", "You said: Again")


def test_what_is_typed_right_after_enter_is_the_next_draft(run: Run, page: Page) -> None:
    page.goto(run(ECHO).url)
    box(page).fill("Hi")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # a key that bounces
    page.keyboard.type("next")
    expect_messages(page, "Hi", "You said: Hi")
    expect(box(page)).to_have_value("next")


def test_shift_enter_breaks_the_line_and_an_empty_prompt_is_not_sent(run: Run, page: Page) -> None:
    page.goto(run(ECHO).url)
    box(page).press("Enter")
    box(page).type("a")
    box(page).press("Shift+Enter")
    box(page).type("b")
    box(page).press("Enter")
    expect(messages(page, "assistant")).to_contain_text(re.compile(r"You said: a\s+b"))
    expect(messages(page, "assistant")).to_have_count(1)
    expect(messages(page, "user")).to_have_count(1)


def test_feedback_names_the_message(run: Run, page: Page) -> None:
    page.goto(run(ECHO).url)
    say(page, "Hi")
    expect(messages(page, "assistant")).to_have_count(1)
    messages(page, "assistant").hover()
    page.get_by_role("button", name="Helpful", exact=True).click()
    last = messages(page, "assistant").last
    expect(last).to_contain_text("feedback")
    expect(last).to_contain_text("positive")
    expect(last).to_contain_text("You said: Hi")


def test_a_failing_handler_shows_an_id_and_nothing_else(run: Run, page: Page) -> None:
    app = run(ECHO)
    page.goto(app.url)
    say(page, "Hi")
    expect(messages(page, "assistant")).to_have_count(1)
    say(page, "fail")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    [error_id] = re.findall(r"\b[0-9a-f]{8}\b", alert.inner_text())
    app.wait_for_log(f"error {error_id} in the handler of /")
    app.wait_for_log("secret of the handler")
    assert "secret of the handler" not in page.content()
    assert "Traceback" not in page.content()
    say(page, "Still there?")
    expect(messages(page, "assistant").last).to_have_text("You said: Still there?")
    expect(alert).to_have_count(0)


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(run: Run, page: Page) -> None:
    page.goto(run(COUNTER).url)
    say(page, "60")
    expect(messages(page, "assistant").last).to_contain_text("[0010]")
    page.reload()
    expect(messages(page, "assistant").last).to_contain_text("end")
    text = messages(page, "assistant").last.inner_text()
    assert text.split() == [f"[{i:04d}]" for i in range(60)] + ["end"]
    expect_messages(page, "60", text)


def test_a_network_cut_in_the_middle_of_an_answer_loses_nothing(run: Run, page: Page) -> None:
    page.goto(run(COUNTER).url)
    say(page, "80")
    expect(messages(page, "assistant").last).to_contain_text("[0010]")
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    expect(page.get_by_text("No connection.")).to_be_visible()
    page.context.set_offline(False)
    expect(messages(page, "assistant").last).to_contain_text("end")
    text = messages(page, "assistant").last.inner_text()
    assert text.split() == [f"[{i:04d}]" for i in range(80)] + ["end"]


def test_a_second_tab_is_another_client_with_its_own_page(run: Run, page: Page) -> None:
    url = run(ECHO).url
    page.goto(url)
    say(page, "Hi")
    expect(messages(page)).to_have_count(2)
    other = page.context.new_page()
    other.goto(url)
    expect(box(other)).to_be_visible()
    expect(messages(other)).to_have_count(0)


def test_a_restarted_server_is_found_again_and_the_draft_is_kept(start: Run, page: Page) -> None:
    app = start(ECHO)
    page.goto(app.url)
    whole(page)
    say(page, "Hi")
    expect(messages(page)).to_have_count(2)
    box(page).fill("unsent")
    port = app.url.split(":")[2].split("/")[0]
    app.kill()
    expect(page.get_by_text("Reconnecting")).to_be_visible()
    start(ECHO, "--port", port)
    expect(page.get_by_text("Reconnecting")).to_be_hidden()
    expect(box(page)).to_have_value("unsent")
    box(page).press("Enter")
    expect(messages(page, "assistant").last).to_have_text("You said: unsent")


def test_a_phone_shows_the_chat_without_scrolling_sideways(run: Run, new_page: NewPage) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(run(ECHO).url)
    say(page, "word " * 60 + "https://example.com/" + "x" * 200)
    expect(messages(page)).to_have_count(2)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    expect(box(page)).to_be_in_viewport()


def test_raw_html_in_a_message_is_inert(run: Run, page: Page) -> None:
    page.goto(run(ECHO).url)
    say(page, '<img src=x onerror="window.__xss=1"><script>window.__xss=1</script> <b>bold</b>')
    answer = messages(page, "assistant")
    expect(answer.locator("b")).to_have_text("bold")  # Markdown has drawn it by now
    expect(answer).to_contain_text('<img src=x onerror="window.__xss=1"><script>')
    assert page.evaluate("window.__xss") is None
    assert page.locator("[data-message] img, [data-message] script").count() == 0
