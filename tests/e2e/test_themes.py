"""Themes as the browser draws them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .apps import ECHO
from .chat import box
from .conftest import Run


def test_auto_follows_the_system_while_the_page_is_open(run: Run, page: Page) -> None:
    meta = "q.page['meta'] = ui.meta_card('', theme='auto')"
    page.goto(run(ECHO.replace("q.page[", f"{meta}\n        q.page[", 1)).url)
    expect(box(page)).to_be_visible()
    ground = page.locator("html")
    expect(ground).to_have_css("background-color", "rgb(245, 245, 245)")
    page.emulate_media(color_scheme="dark")
    expect(ground).to_have_css("background-color", "rgb(24, 24, 24)")
    expect(ground).to_have_css("color-scheme", "dark")
    page.emulate_media(color_scheme="light")
    expect(ground).to_have_css("background-color", "rgb(245, 245, 245)")
