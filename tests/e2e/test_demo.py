"""The demo, as a newcomer meets it: ask, read the answer, follow a link, come back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .chat import box, messages, say
from .conftest import IMAGES, PHONE, NewPage, RunningApp

QUESTION = "How does the stop button work?"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    folder: Path = tmp_path_factory.mktemp("demo")
    quiet = {"OPENAI_BASE_URL": "", "OPENAI_API_KEY": "", "SWELL_MODEL": ""}
    app = RunningApp([sys.executable, "-m", "swell", "demo", "--port", "0"], folder, quiet)
    yield app
    app.stop()


def ask(page: Page, question: str) -> None:
    """Ask and wait until the answer is complete."""
    say(page, question, "ask")
    stop = page.get_by_role("button", name="Stop generating")
    expect(messages(page, "user").last).to_have_text(question)
    expect(stop).to_be_hidden()


def test_an_answer_is_quoted_from_the_pages_and_its_links_open_them(
    demo: RunningApp, page: Page
) -> None:
    page.goto(demo.url)
    ask(page, QUESTION)
    answer = messages(page, "assistant").last
    link = answer.get_by_role("link").first
    expect(link).to_be_visible()
    link.click()
    reader = page.locator('.card[data-test="page"]')
    expect(reader).to_be_visible()
    expect(reader).to_contain_text("stop")
    page.get_by_role("button", name="Back to the chat").click()
    expect(reader).to_be_hidden()
    expect(box(page, "ask")).to_be_visible()
    expect(messages(page)).to_have_count(2)


def test_it_says_so_when_the_pages_do_not_answer(demo: RunningApp, page: Page) -> None:
    page.goto(demo.url)
    ask(page, "What is the capital of Mongolia?")
    answer = messages(page, "assistant").last
    expect(answer).to_contain_text("do not")
    expect(answer.locator("blockquote")).to_have_count(0)


def test_a_suggestion_asks(demo: RunningApp, page: Page) -> None:
    page.goto(demo.url)
    page.get_by_role("button", name="How do I stream an answer?").click()
    expect(messages(page, "user")).to_have_text(["How do I stream an answer?"])
    expect(page.get_by_role("button", name="How do I stream an answer?")).to_have_count(0)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("demo-light", {}),
        ("demo-dark", {}),
        ("demo-phone", {"viewport": PHONE, "device_scale_factor": 2, "is_mobile": True}),
    ],
)
def test_pictures(
    demo: RunningApp, new_page: NewPage, name: str, options: dict[str, object]
) -> None:
    page = new_page(**options)
    page.goto(demo.url)
    expect(box(page, "ask")).to_be_visible()
    if name.endswith("dark"):
        page.get_by_role("button", name="Dark").click()
        expect(page.get_by_role("button", name="Light")).to_be_visible()
    ask(page, QUESTION)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    assert (IMAGES / f"{name}.png").stat().st_size > 10_000
