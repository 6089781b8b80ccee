"""Comboboxes, pickers, colours and small controls, by keys and pointer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .conftest import NewPage, RunningApp, begin

APP = """
    from swell import Q, app, expando_to_dict, ui

    COLORS = ["Cyan", "Magenta", "Yellow"]

    @app("/")
    async def serve(q: Q):
        if not q.client.initialized:
            q.client.initialized = True
            fruit = [ui.choice(one.lower(), one) for one in ("Apple", "Pear", "Plum")]
            q.page["form"] = ui.form_card("1 1 5 -1", [
                ui.combobox("one", "One", choices=COLORS),
                ui.combobox("some", "Some", values=["Cyan"], choices=COLORS),
                ui.picker("fruit", fruit, "Fruit", max_choices=2),
                ui.color_picker("ink", "Ink", alpha=True),
                ui.color_picker("paper", "Paper", choices=["red", "$mint"]),
                ui.facepile([ui.persona("Ada")], name="invite", value="user"),
                ui.menu([ui.command("leave", "Leave")], label="Account"),
                ui.mini_button("like", "Like"),
                ui.button("go", "Go"),
                ui.text("", name="got"),
            ])
        q.page["form"].got.content = f"`{expando_to_dict(q.args)}`"
        await q.page.save()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    app = begin(tmp_path_factory.mktemp("choices"), APP)
    yield app
    app.stop()


def test_choices_are_made_by_keys_alone(server: RunningApp, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url)
    one = page.get_by_role("combobox", name="One")
    one.focus()
    page.keyboard.press("ArrowDown")
    expect(one).to_have_attribute("aria-expanded", "true")
    page.keyboard.type("ma")
    expect(page.get_by_role("option")).to_have_text("Magenta")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(one).to_have_value("Magenta")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    some = page.get_by_role("combobox", name="Some")
    expect(some).to_be_focused()
    page.keyboard.type("Teal")
    page.keyboard.press("Enter")
    fruit = page.get_by_role("combobox", name="Fruit")
    fruit.click()
    page.get_by_role("option", name="Plum").click()
    fruit.click()
    page.keyboard.type("app")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    fruit.click()
    expect(fruit).to_have_attribute("aria-expanded", "false")
    page.get_by_label("Ink, as text").fill("rgb(255 0 0 / 50%)")
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="red").press("Space")
    page.get_by_role("button", name="Go").press("Enter")
    got = page.locator("code")
    expect(got).to_contain_text("'one': 'Magenta'")
    expect(got).to_contain_text("'some': ['Cyan', 'Teal']")
    expect(got).to_contain_text("'fruit': ['plum', 'apple']")
    expect(got).to_contain_text("'ink': 'rgba(255, 0, 0, 0.5)'")
    expect(got).to_contain_text("'paper': 'red'")


def test_small_controls_submit(server: RunningApp, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url)
    got = page.locator("code")
    page.get_by_role("button", name="Add a user").click()
    expect(got).to_contain_text("'invite': 'user'")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Leave").click()
    expect(got).to_contain_text("'leave': True")
    page.get_by_role("button", name="Like").click()
    expect(got).to_contain_text("'like': True")
    fruit = page.get_by_role("combobox", name="Some")
    fruit.fill("nothing like it")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove Cyan").click()
    page.get_by_role("button", name="Go").click()
    expect(got).to_contain_text("'some': []")
