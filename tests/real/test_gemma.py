"""`swell chat` with a real model behind llama.cpp's server, in a real browser."""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import RunningApp

LONG = "Write a very long story about a lighthouse, with many chapters."
SLOW_MS = 180_000  # the model shares two cores with everything else
ENDS_S = 30.0  # so does its server, which looks between two tokens whether anybody listens


@pytest.fixture
def app(llama: str, tmp_path: Path) -> Iterator[RunningApp]:
    command = [sys.executable, "-m", "swell", "chat", "--base-url", llama, "--title", "Gemma"]
    environ = {
        "SWELL_DATABASE_URL": f"sqlite:///{tmp_path / 'chat.db'}",
        "SWELL_SECRET_KEY": "0123456789abcdef" * 2,
        "XDG_DATA_HOME": str(tmp_path),
    }
    running = RunningApp([*command, "--port", "28078"], tmp_path, environ)
    yield running
    running.kill()


def test_prompt_stream_reload_stop_crash_and_restart(
    app: RunningApp, page: Page, llama: str
) -> None:
    page.set_default_timeout(SLOW_MS)
    page.goto(app.url)
    ask(page, LONG)
    expect(answer(page)).to_contain_text(re.compile(r"\w+ \w+ \w+ \w+"), timeout=SLOW_MS)

    before = len(answer(page).inner_text())
    page.reload()  # in mid-stream: the answer continues without a tab
    expect(stop(page)).to_be_visible(timeout=SLOW_MS)
    grows(page, before)

    stop(page).click()
    expect(stop(page)).to_be_hidden(timeout=5_000)
    assert ends_within(ENDS_S, llama), "the model still computes"
    text = answer(page).inner_text()
    assert len(text) > before

    ask(page, LONG)
    expect(stop(page)).to_be_visible(timeout=SLOW_MS)
    grows(page, 100)  # of which a crash may lose what came since the last flush
    app.kill()  # as kill -9 does
    assert ends_within(ENDS_S, llama), "the model still computes"
    app.start()
    page.goto(page.url)
    expect(page.get_by_role("button", name=re.compile("Retry|Try again"))).to_be_visible(
        timeout=SLOW_MS
    )
    assert len(answer(page).inner_text()) > 20, "the text so far is kept"
    assert not computing(llama), "it is not silently run again"


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox").last.fill(text)
    page.keyboard.press("Enter")


def answer(page: Page) -> Locator:
    return page.locator("[data-message='assistant']").last


def stop(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Stop"))


def grows(page: Page, than: int) -> None:
    """Wait until the answer is longer than so many characters."""
    longer = re.compile(f"[\\s\\S]{{{than + 1},}}")
    expect(answer(page)).to_contain_text(longer, timeout=SLOW_MS)


def computing(llama: str) -> bool:
    """Whether the model's server makes an answer."""
    with urllib.request.urlopen(f"{llama}/slots", timeout=10) as response:
        return any(slot["is_processing"] for slot in json.load(response))


def ends_within(seconds: float, llama: str) -> bool:
    """Whether the model's server stops computing within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not computing(llama):
            return True
        time.sleep(0.1)  # it has no way to tell
    return False
