"""`@chat` as a person uses it: stream, reload, second tab, Stop, branches, and the sidebar."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .chat import action, messages, rest, send
from .conftest import PHONE, ROOT, NewPage, Run, RunningApp

HELLO = (ROOT / "examples/chat/hello.py").read_text()
COUNT = """
    import asyncio
    from swell.chat import Turn, chat

    @chat("/", title="Counter")
    async def answer(turn: Turn):
        for number in range(int(turn.prompt)):
            yield f"w{number} "
            await asyncio.sleep(0.02)
"""


def words(count: int) -> str:
    return " ".join(f"w{number}" for number in range(count))


def say(page: Page, text: str) -> None:
    """Type and send; Enter does nothing while the answer before it is being stored."""
    expect(stop_button(page)).to_have_count(0)
    box = page.get_by_role("textbox", name="Type your message")
    box.fill(text)
    send(page, "chat")


def expect_messages(page: Page, *texts: str) -> None:
    """Wait until the messages are exactly these."""
    expect(messages(page)).to_have_text(list(texts))


def answer(page: Page) -> Locator:
    return messages(page, "assistant").last


def stop_button(page: Page) -> Locator:
    return page.locator('[data-test="chat-stop"]')


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def threads(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Chats").locator("a.thread")


def choose(page: Page, thread: str, item: str) -> None:
    """Choose an item of a conversation's menu."""
    threads(page).filter(has_text=thread).hover()
    button(page, f"Menu of {thread}").click()
    page.get_by_role("menuitem", name=item).click()


@pytest.fixture
def counter(run: Run) -> RunningApp:
    return run(COUNT)


def test_five_lines_are_a_chat(run: Run, page: Page) -> None:
    page.goto(run(HELLO).url)
    say(page, "Hi")
    expect_messages(page, "Hi", "You said: Hi")
    say(page, "Again")
    expect_messages(page, "Hi", "You said: Hi", "Again", "You said: Again")
    page.reload()
    expect_messages(page, "Hi", "You said: Hi", "Again", "You said: Again")
    expect(page).to_have_title("Hi")


def test_a_reload_and_a_second_tab_see_the_answer_once(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    say(page, "150")
    expect(answer(page)).to_contain_text("w20 ")
    page.reload()
    expect(stop_button(page)).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    for tab in (page, other):
        expect(stop_button(tab)).to_have_count(0)
        expect_messages(tab, "150", words(150))
        expect(threads(tab)).to_have_text(["150"])


def test_who_answers_a_question_at_the_end_goes_on_following(run: Run, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 480})
    page.goto(run((ROOT / "examples/chat/ask.py").read_text()).url)
    say(page, "Plan a trip")
    page.get_by_role("log").get_by_role("button", name="Send").click()
    # The form, which had the focus, has gone; what came in its place is followed.
    expect(button(page, "Book it")).to_be_in_viewport()
    expect(answer(page)).to_be_focused()
    button(page, "Book it").click()
    expect(answer(page).get_by_text("It is booked.")).to_be_in_viewport()
    expect(page.locator(".latest")).to_have_count(0)


def test_stop_is_there_at_any_time_and_keeps_what_was_said(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    stopped: list[str] = []
    for prompt in ("5000", "6000"):
        say(page, prompt)
        expect(answer(page)).to_contain_text("w10 ")
        expect(threads(page).locator('[role="img"]')).to_have_count(1)
        stop_button(page).click()
        expect(stop_button(page)).to_have_count(0)
        expect(answer(page)).to_contain_text("Stopped")
        stopped.append(answer(page).inner_text())
        said = stopped[-1]
        [kept] = re.findall(r"w0 .*w\d+", said)
        assert kept == words(len(kept.split()))
        expect(threads(page).locator('[role="img"]')).to_have_count(0)
    # The second answer got ten words and more while the first one got none.
    assert messages(page, "assistant").all_inner_texts() == stopped
    page.reload()
    expect(answer(page)).to_contain_text(kept)
    expect(answer(page)).to_contain_text("Stopped")


def test_stop_from_another_tab(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    say(page, "5000")
    expect(answer(page)).to_contain_text("w10 ")
    other = page.context.new_page()
    other.goto(page.url)
    stop_button(other).click()
    expect(stop_button(page)).to_have_count(0)
    expect(answer(page)).to_contain_text("Stopped")


def test_the_stop_button_never_moves_while_words_come(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    say(page, "5000")
    expect(answer(page)).to_contain_text("w5 ")
    # The box has gone to the foot of the page, as it does once.
    page.locator(".dock").evaluate("(it) => Promise.all(it.getAnimations().map((a) => a.finished))")
    button = stop_button(page).element_handle()
    place = button.bounding_box()
    for number in range(10, 80, 3):
        expect(answer(page)).to_contain_text(f"w{number} ")
        assert button.evaluate("(it) => it.isConnected && !it.disabled")
        assert button.bounding_box() == place
    button.click()


def test_an_edited_prompt_is_a_branch(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    say(page, "3")
    expect_messages(page, "3", words(3))
    button(page, "Edit").click()
    page.get_by_role("textbox", name="Your message", exact=True).fill("4")
    page.keyboard.press("Enter")
    expect_messages(page, "4", words(4))
    expect(page.get_by_role("group", name="Version 2 of 2")).to_contain_text("2/2")
    button(page, "Previous version").click()
    expect_messages(page, "3", words(3))
    page.reload()
    expect_messages(page, "3", words(3))
    expect(page.get_by_role("group", name="Version 1 of 2")).to_be_visible()


def test_another_answer_is_a_sibling(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    say(page, "3")
    expect_messages(page, "3", words(3))
    button(page, "Write another answer").click()
    versions = page.get_by_role("group", name="Version 2 of 2")
    expect(versions).to_be_visible()
    expect_messages(page, "3", words(3))


def test_the_sidebar_has_no_frame(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    sidebar = page.locator(".card.threads")
    expect(page.get_by_role("link", name="New chat", exact=True)).to_be_visible()
    expect(sidebar).to_have_css("border-top-width", "0px")
    place = sidebar.bounding_box()
    say(page, "2")
    expect_messages(page, "2", words(2))
    for _ in range(2):
        expect(sidebar).to_have_css("border-top-width", "0px")
        expect(sidebar).to_have_css("border-top-left-radius", "0px")
        assert sidebar.bounding_box() == place
        page.reload()
        expect_messages(page, "2", words(2))


def test_the_sidebar(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    say(page, "2")
    expect_messages(page, "2", words(2))
    page.get_by_role("link", name="New chat", exact=True).click()
    expect(messages(page)).to_have_count(0)
    say(page, "3")
    expect_messages(page, "3", words(3))
    expect(threads(page)).to_have_text(["3", "2"])

    choose(page, "2", "Rename")
    page.keyboard.type("Two words")
    page.keyboard.press("Enter")
    expect(threads(page)).to_have_text(["3", "Two words"])
    threads(page).filter(has_text="Two words").click()
    expect_messages(page, "2", words(2))
    expect(page).to_have_title("Two words")

    choose(page, "Two words", "Delete")
    expect(threads(page)).to_have_text(["3"])
    expect(messages(page)).to_have_count(0)
    button(page, "Undo").click()
    expect(threads(page)).to_have_count(2)

    page.get_by_role("searchbox", name="Search chats").fill("w1")
    expect(threads(page)).to_have_count(2)
    page.get_by_role("searchbox", name="Search chats").fill("w2")
    expect(threads(page)).to_have_text(["3"])
    page.get_by_role("searchbox", name="Search chats").fill("")
    expect(threads(page)).to_have_count(2)


def bring(page: Page, *file: str | bytes) -> None:
    """Choose "Import a chat…" and give it a file: a path, or a name and the content."""
    button(page, "More actions").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Import a chat…").click()
    name, *content = file
    made = {"name": str(name), "mimeType": "application/json", "buffer": b"".join(content)}  # type: ignore[arg-type]
    chooser.value.set_files(made if content else Path(str(name)))  # type: ignore[arg-type]


def test_an_exported_chat_is_imported(
    counter: RunningApp, page: Page, new_page: NewPage, tmp_path: Path
) -> None:
    page.goto(counter.url)
    say(page, "3")
    expect_messages(page, "3", words(3))
    choose(page, "3", "Export…")
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    kept = tmp_path / "kept.json"
    download.value.save_as(kept)

    other = new_page()  # of another person
    other.goto(counter.url)
    bring(other, str(kept))
    expect_messages(other, "3", words(3))
    expect(threads(other)).to_have_text(["3"])
    expect(other).to_have_url(re.compile("#t/"))
    other.reload()
    expect_messages(other, "3", words(3))

    bring(other, "not.json", b'{"format": "other"}')
    expect(other.get_by_role("alert")).to_contain_text("“not.json” is not a chat that was exported")
    expect(threads(other)).to_have_text(["3"])
    choose(other, "3", "Delete")
    expect(threads(other)).to_have_count(0)


def test_a_file_that_is_too_large_to_be_imported_is_not_sent_again_and_again(
    run: Run, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(run(COUNT, env={"SWELL_UPLOAD_MAX_BYTES": "1000"}).url)
    bring(page, "large.json", b"x" * 2_000)
    said = page.get_by_role("alert")
    expect(said).to_contain_text("“large.json” is 2 kB. Files of up to 1 kB can be attached.")
    button(page, "Dismiss").click()
    expect(said).to_have_count(0)
    problems: list[str] = new_page.problems  # type: ignore[attr-defined]
    problems[:] = [one for one in problems if "status of 413" not in one]


def delete_answer(page: Page) -> Locator:
    """Delete the last answer by keyboard; return the notice that says so."""
    action(page, "Message actions").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    notice = page.get_by_role("status").filter(has_text="have been deleted")
    expect(notice).to_be_visible()
    expect(messages(page, "user").last).to_be_focused()
    return notice


def test_a_deleted_message_is_brought_back_by_keyboard(counter: RunningApp, page: Page) -> None:
    page.goto(counter.url)
    say(page, "2")
    expect_messages(page, "2", words(2))
    for _ in range(2):
        notice = delete_answer(page)
        expect(messages(page, "assistant")).to_have_count(0)
        notice.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        expect_messages(page, "2", words(2))
        expect(notice).to_have_count(0)
        expect(answer(page)).to_be_focused()


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_the_focus_goes_back_when_a_notice_is_closed(
    counter: RunningApp, page: Page, key: str
) -> None:
    page.goto(counter.url)
    say(page, "2")
    expect_messages(page, "2", words(2))
    notice = delete_answer(page)
    notice.get_by_role("button", name="Undo").focus()
    notice.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press(key)
    expect(notice).to_have_count(0)
    expect(messages(page, "user").last).to_be_focused()


def test_who_goes_on_typing_keeps_the_focus_when_a_message_comes_back(
    counter: RunningApp, page: Page
) -> None:
    page.goto(counter.url)
    say(page, "2")
    expect_messages(page, "2", words(2))
    other = page.context.new_page()
    other.goto(page.url)
    delete_answer(other)
    expect(messages(page, "assistant")).to_have_count(0)
    box = other.get_by_role("textbox", name="Type your message")
    box.focus()
    button(other, "Undo").evaluate("(button) => button.click()")  # which takes no focus
    expect_messages(page, "2", words(2))
    expect_messages(other, "2", words(2))
    expect(box).to_be_focused()


@pytest.mark.parametrize(
    "device", [{}, {"viewport": PHONE, "has_touch": True, "is_mobile": True}], ids=["desk", "phone"]
)
def test_a_notice_covers_nothing(
    counter: RunningApp, new_page: NewPage, device: dict[str, Any]
) -> None:
    page = new_page(**device)
    page.goto(counter.url)
    for count in (200, 2):  # more than fits
        say(page, str(count))
        expect(answer(page)).to_have_text(words(count))
        expect(stop_button(page)).to_have_count(0)
    notice = delete_answer(page)

    def edge(shown: Locator, side: str) -> float:
        return float(shown.evaluate("(shown, side) => shown.getBoundingClientRect()[side]", side))

    above = page.get_by_role("group", name="Message actions").last.get_by_role("button").last
    box = page.get_by_role("textbox", name="Type your message")
    expect(above).to_be_in_viewport()
    rest(page)
    assert edge(above, "bottom") <= edge(notice, "top") < edge(notice, "bottom")
    assert edge(notice, "bottom") <= edge(box, "top")
    conversation = page.get_by_role("log")
    middles = [(edge(one, "left") + edge(one, "right")) / 2 for one in (notice, conversation)]
    assert abs(middles[0] - middles[1]) < 8  # next to a bar that scrolls
    box.fill("one\ntwo\nthree\nfour")
    rest(page)
    assert edge(notice, "bottom") <= edge(box, "top")
    assert edge(above, "bottom") <= edge(notice, "top")
    button(page, "Dismiss").click()
    expect(notice).to_have_count(0)


@pytest.mark.parametrize("clipboard", ["there", "missing"])
def test_a_link_is_shared_by_keyboard(
    counter: RunningApp, new_page: NewPage, clipboard: str
) -> None:
    page = new_page()
    if clipboard == "missing":  # as where there is no https
        page.add_init_script("delete Navigator.prototype.clipboard")
    page.goto(counter.url)
    say(page, "2")
    expect_messages(page, "2", words(2))
    choose(page, "2", "Share…")
    button(page, "New link").click()
    link = page.get_by_role("textbox", name="Link")
    link.focus()
    page.keyboard.press("Tab")
    expect(button(page, "Copy: Link")).to_be_focused()
    place = button(page, "Copy: Link").bounding_box()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Copied")).to_be_attached()
    expect(button(page, "Copied")).to_be_focused()
    assert button(page, "Copied").bounding_box() == place

    box = page.get_by_role("textbox", name="Type your message")
    box.focus()
    page.keyboard.press("ControlOrMeta+v")
    expect(box).to_have_value(link.input_value())
    reader = new_page()
    reader.goto(link.input_value())
    expect(answer(reader)).to_contain_text(words(2))
    expect(button(page, "Copy: Link")).to_be_visible()


def test_two_people_do_not_see_each_other(counter: RunningApp, new_page: NewPage) -> None:
    mine, other = new_page(), new_page()
    mine.goto(counter.url)
    say(mine, "2")
    expect_messages(mine, "2", words(2))
    other.goto(mine.url)
    expect(other.get_by_text("This conversation is not there")).to_be_visible()
    expect(messages(other)).to_have_count(0)
    expect(threads(other)).to_have_count(0)
