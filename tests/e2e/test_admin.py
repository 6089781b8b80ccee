"""The admin page in Chromium: an administrator at one process, a user at another."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from swell.auth.passwords import User
from tests.auth.browser import hashed, password_file
from tests.postgres import PostgresServer, new_database

from .chat import box, messages, say
from .conftest import NewPage, Run, RunningApp
from .test_accessibility import violations
from .test_sign_in import CHAT, asks_to_sign_in, menu, sign_in


@pytest.fixture
def service(
    start: Run, tmp_path: Path, postgres: PostgresServer, postgres_template: str
) -> tuple[RunningApp, RunningApp]:
    """Run a chat in two processes, with the administrator `ada` and the user `bob`."""
    people = {"ada": User(hashed(), "Ada Lovelace"), "bob": User(hashed(), "Bob Marsh")}
    file = password_file(tmp_path, **people)
    env = {
        "SWELL_DATABASE_URL": new_database(postgres, postgres_template),
        "SWELL_PASSWORD_FILE": str(file.path),
        "SWELL_ADMINS": "ada",
    }
    return start(CHAT, name="one.py", env=env), start(CHAT, name="one.py", env=env)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def table(page: Page) -> Locator:
    return page.get_by_role("grid").first


def confirm(page: Page, label: str) -> None:
    """Answer the question in the dialog."""
    page.get_by_role("dialog", name=label).get_by_role("button", name=label, exact=True).click()


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
)
def test_axe_finds_nothing_on_the_admin_page(
    start: Run, new_page: NewPage, tmp_path: Path, scheme: str, width: int
) -> None:
    file = password_file(tmp_path, ada=User(hashed(), "Ada Lovelace"))
    env = {"SWELL_PASSWORD_FILE": str(file.path), "SWELL_ADMINS": "ada"}
    page = new_page(bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 800})
    service = start(CHAT, env=env)
    page.goto(service.url)
    sign_in(page)
    expect(box(page, "chat")).to_be_visible()
    page.goto(service.url + "_admin")
    wrong: dict[str, list[str]] = {}
    for section in ("People", "Sessions", "Answers now", "Usage", "Limits", "Audit log"):
        button(page, section).click()
        expect(page.get_by_role("heading", name=section)).to_be_visible()
        wrong[section] = violations(page)
    button(page, "Sessions").click()
    button(page, "Ada Lovelace").first.click()
    expect(page.get_by_role("dialog", name="Sign out")).to_be_visible()
    wrong["dialog"] = violations(page)
    page.keyboard.press("Escape")
    button(page, "People").click()
    button(page, "Ada Lovelace").click()
    expect(page.get_by_text("This is your account.")).to_be_visible()
    wrong["person"] = violations(page)
    assert wrong == {name: [] for name in wrong}


def test_an_administrator_disables_a_user_whose_chat_is_open_at_another_process(
    service: tuple[RunningApp, RunningApp], new_page: NewPage
) -> None:
    one, other = service
    bob = new_page()
    bob.goto(other.url)
    sign_in(bob, "bob")
    say(bob, "count", "chat")
    expect(messages(bob, "assistant").last).to_contain_text("more more")
    box(bob, "chat").fill("a thought")

    ada = new_page()
    ada.goto(one.url)
    sign_in(ada)
    with ada.context.expect_page() as opened:
        menu(ada, "Administration")
    ada = opened.value
    expect(ada.get_by_role("heading", name="People")).to_be_visible()
    button(ada, "Answers now").click()
    button(ada, "bob").click()
    confirm(ada, "Stop")
    expect(ada.get_by_text("The answer has been stopped.")).to_be_visible()
    expect(box(bob, "chat")).to_have_value("a thought")
    expect(button(bob, "Stop")).to_have_count(0)
    box(bob, "chat").fill("count")
    bob.keyboard.press("Enter")
    expect(messages(bob, "assistant")).to_have_count(2)
    expect(messages(bob, "assistant").last).to_contain_text("more more")
    box(bob, "chat").fill("a thought")

    button(ada, "People").click()
    button(ada, "Bob Marsh").click()
    disable = button(ada, "Disable")
    disable.focus()
    ada.keyboard.press("Enter")
    dialog = ada.get_by_role("dialog", name="Disable")
    expect(dialog).to_contain_text("Disable bob?")
    ada.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(disable).to_be_focused()
    ada.keyboard.press("Enter")
    confirm(ada, "Disable")
    expect(ada.get_by_text("The account has been disabled.")).to_be_visible()

    asks_to_sign_in(bob)
    button(ada, "Answers now").click()
    expect(ada.get_by_text("No answers are being made.")).to_be_visible()
    button(ada, "Audit log").click()
    expect(table(ada)).to_contain_text("disabled")

    button(ada, "People").click()
    button(ada, "Bob Marsh").click()
    button(ada, "Enable").click()
    expect(ada.get_by_text("The account has been enabled.")).to_be_visible()
    sign_in(bob, "bob")
    expect(box(bob, "chat")).to_have_value("a thought")
