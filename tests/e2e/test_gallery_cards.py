"""The gallery of cards: figures and content, in light, dark, on a phone and right to left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .conftest import IMAGES, ROOT, NewPage, Run
from .test_accessibility import violations
from .test_gallery_page import LOOKS, cards

GALLERY = ROOT / "examples" / "gallery_cards.py"


def show(run: Run, new_page: NewPage, **options: object) -> Page:
    """Open the gallery and wait until all of it is drawn."""
    page = new_page(**{"viewport": {"width": 1100, "height": 1000}, **options})
    source = GALLERY.read_text()
    if options.get("color_scheme") == "dark":
        source = source.replace('theme="light"', 'theme="h2o-dark"')
    page.goto(run(source).url)
    expect(page.locator("[data-test=add]")).to_be_visible()
    expect(page.locator("[data-test=stat_table] tbody tr")).to_have_count(3)
    return page


@pytest.mark.parametrize("look", LOOKS)
def test_every_card_is_usable_in_every_look(run: Run, new_page: NewPage, look: str) -> None:
    page = show(run, new_page, **LOOKS[look])
    folder = IMAGES if look == "light" else ROOT / "test-results" / look
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ROOT / "test-results" / f"cards-{look}.png", full_page=True)
    for card in cards(page):
        name = card.get_attribute("data-test")
        if name != "end":
            card.screenshot(path=folder / f"card-{name}.png", animations="disabled")
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page is wider than the window"


def test_a_value_moves_the_charts_and_an_entry_is_chosen_by_keys(
    run: Run, new_page: NewPage
) -> None:
    page = show(run, new_page)
    chart = page.locator("[data-test=small_series_stat]").get_by_role("img")
    expect(chart).to_have_accessible_name("Answers: 12 values, from 12 to 41; the last is 41")
    page.locator("[data-test=add]").click()
    expect(chart).to_have_accessible_name("Answers: 12 values, from 15 to 48; the last is 48")
    page.get_by_role("button", name="Large").press("Enter")
    expect(page.locator("[data-test=arrived]")).to_contain_text("{'model': 'large'")
    page.locator("[data-test=stat_table] td").first.click()
    expect(page.locator("[data-test=arrived]")).to_contain_text("{'language': 'en'")
