"""The gallery of a page: every card and component, in light, dark, on a phone and right to left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import IMAGES, ROOT, NewPage, Run
from .test_accessibility import violations

GALLERY = ROOT / "examples" / "gallery_page.py"
LOOKS: dict[str, dict[str, object]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "rtl": {"locale": "ar", "timezone_id": "UTC"},
}


def show(run: Run, new_page: NewPage, **options: object) -> Page:
    """Open the gallery and wait until all of it is drawn."""
    page = new_page(**{"viewport": {"width": 1100, "height": 1000}, **options})
    source = GALLERY.read_text()
    if options.get("color_scheme") == "dark":
        source = source.replace('theme="light"', 'theme="h2o-dark"')
    page.goto(run(source).url)
    expect(page.locator("[data-test=show]")).to_be_visible()
    expect(page.locator("[data-test=numbers] tbody tr")).to_have_count(3)
    return page


def cards(page: Page) -> list[Locator]:
    """Return the cards of the page."""
    return page.locator(".card[data-test]").all()


@pytest.mark.parametrize("look", LOOKS)
def test_every_component_is_usable_in_every_look(run: Run, new_page: NewPage, look: str) -> None:
    page = show(run, new_page, **LOOKS[look])
    folder = IMAGES if look == "light" else ROOT / "test-results" / look
    folder.mkdir(parents=True, exist_ok=True)
    for card in cards(page):
        name = card.get_attribute("data-test")
        card.screenshot(path=folder / f"page-{name}.png", animations="disabled")
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page is wider than the window"


def test_dialogs_take_the_focus_and_give_it_back(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    opener = page.locator("[data-test=dialog]")
    opener.press("Enter")
    dialog = page.get_by_role("dialog", name="Delete this chat?")
    expect(dialog.get_by_role("button", name="Delete")).to_be_visible()
    assert violations(page) == []
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / "page-dialog.png", animations="disabled")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    expect(page.locator("[data-test=arrived]")).to_contain_text("{'asked': {'dismissed': True}}")
    opener.press("Enter")
    dialog.get_by_role("button", name="Keep it").press("Enter")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    page.locator("[data-test=panel]").press("Enter")
    panel = page.get_by_role("dialog", name="Settings")
    panel.get_by_label("Name").fill("Ada")
    page.screenshot(path=IMAGES / "page-side-panel.png", animations="disabled")
    expect(panel).to_have_js_property("offsetLeft", 1100 - 360)
    expect(panel).to_have_js_property("offsetHeight", 1000)
    assert violations(page) == []
    panel.get_by_role("button", name="Save").press("Enter")
    expect(panel).to_be_hidden()
    expect(page.locator("[data-test=arrived]")).to_contain_text("'nick': 'Ada'")


def test_tabs_move_with_arrows_and_submit_with_enter(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    arrived = page.locator("[data-test=arrived]")
    page.get_by_role("tab", name="Inbox").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Archive")).to_be_focused()
    page.keyboard.press("Enter")
    expect(arrived).to_contain_text("'archive': True")
    expect(page.get_by_role("tab", name="Archive")).to_have_attribute("aria-selected", "true")
    tasks = page.locator("[data-test=view]").get_by_role("tab", name="tasks")
    tasks.click()
    expect(arrived).to_contain_text("'view': 'tasks'")
    tasks.click()
    page.locator("[data-test=more] > button").click()
    page.get_by_role("button", name="Show what arrives").click()
    expect(arrived).to_contain_text("'more': False")
    expect(arrived).not_to_contain_text("'view'")
    page.locator("[data-test=ada]").click()
    expect(arrived).to_contain_text("'ada': True")
    # A slider is moved by keys, and its trigger would wait until it is let go.
    page.get_by_label("Volume").press("ArrowRight")
    page.get_by_role("button", name="Show what arrives").click()
    expect(arrived).to_contain_text("'volume': 41")


def test_a_table_is_used_by_keys_alone(run: Run, new_page: NewPage) -> None:
    page = show(run, new_page)
    table = page.locator("[data-test=issues]")
    table.get_by_role("searchbox").focus()
    page.keyboard.type("the")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(table.get_by_role("status")).to_have_text("1 of 5")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    expect(rows).to_have_count(5)
    sort = table.get_by_role("button", name="Votes")
    sort.focus()
    page.keyboard.press("Enter")
    expect(rows.first).to_contain_text("A picture is upside down")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(rows.first).to_be_focused()
    page.keyboard.press("End")
    expect(rows.last).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(table.locator("tr[aria-selected=true]")).to_have_count(2)
    page.locator("[data-test=show]").press("Enter")
    expect(page.locator("[data-test=arrived]")).to_contain_text("'issues': ['i2', 'i4']")
    filter_button = table.get_by_role("button", name="Filter by Status")
    filter_button.press("Enter")
    page.get_by_label("Closed").press("Space")
    expect(rows).to_have_count(2)
    page.keyboard.press("Escape")
    expect(filter_button.or_(table.get_by_role("button", name="1 chosen"))).to_be_focused()
    # A page of rows comes from the app.
    page.locator("[data-test=numbers]").get_by_role("button", name="Last page").press("Enter")
    expect(page.locator("[data-test=numbers] tbody tr").first).to_contain_text("999")
    # A link submits its row.
    page.locator("[data-test=people]").get_by_role("button", name="Jane 1").press("Enter")
    expect(page.locator("[data-test=arrived]")).to_contain_text("'people': ['j1']")
