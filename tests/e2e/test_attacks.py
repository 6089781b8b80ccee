"""Answers that are made to freeze the browser of who reads them."""

from __future__ import annotations

from playwright.sync_api import Page

from .conftest import Run
from .test_main_thread import APP, WATCH, busy

BUSY_MS = 50.0
"""Longest that an answer may keep the main thread, in milliseconds; a longer task is felt."""


def test_3_000_newlines_are_not_felt(run: Run, page: Page) -> None:
    page.goto(run(APP).url)
    page.evaluate(WATCH)
    busy(page, "words ", 10)  # loads what an answer needs
    taken = [busy(page, "\n", 3_000) for _ in range(5)]
    print(f"the main thread was busy for {', '.join(f'{ms:.0f}' for ms in taken)} ms")
    assert min(taken) < BUSY_MS  # the least: others use this machine as well
