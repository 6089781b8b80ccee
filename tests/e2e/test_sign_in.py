"""Sign-in with a password in Chromium, at two processes: sign-out elsewhere, a disabled user."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.auth.browser import PASSWORD, password_file
from tests.postgres import PostgresServer, new_database

from .chat import box, messages, say
from .conftest import PHONE, NewPage, Run, RunningApp
from .test_accessibility import violations

CHAT = """
import asyncio
from swell.chat import Turn, chat

@chat("/", title="Helpdesk")
async def answer(turn: Turn):
    yield f"Hello {turn.user.subject}. "
    while turn.prompt == "count":
        yield "more "
        await asyncio.sleep(0.05)
"""


@pytest.fixture
def service(
    start: Run, tmp_path: Path, postgres: PostgresServer, postgres_template: str
) -> RunningApp:
    """Run a chat in two processes, with `ada` and `bob` as users."""
    file = password_file(tmp_path)
    file.change(lambda users: users.update(bob=users["ada"]))
    url = new_database(postgres, postgres_template)
    env = {"SWELL_DATABASE_URL": url, "SWELL_PASSWORD_FILE": str(file.path)}
    return start(CHAT, "--workers", "2", env=env)


def asks_to_sign_in(page: Page) -> None:
    """Wait for the sign-in page."""
    expect(page.get_by_role("heading", name="Sign in to Helpdesk")).to_be_visible()


def sign_in(page: Page, name: str = "ada", password: str = PASSWORD) -> None:
    """Fill in the form as a user does who has no mouse."""
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def menu(page: Page, item: str) -> None:
    """Choose an item of the menu above the list of chats."""
    card = page.locator(".card.threads")
    card.get_by_role("button", name="More actions").first.click()
    page.get_by_role("menuitem", name=item).click()


def refused_once(new_page: NewPage) -> None:
    """Take the line out of the browser's console that says that a password was refused."""
    problems: list[str] = new_page.problems  # type: ignore[attr-defined]
    [line] = problems
    assert "403 (Forbidden)" in line
    problems.clear()


def users(folder: Path, *arguments: str) -> None:
    """Run `swell users`."""
    command = [sys.executable, "-m", "swell", "users", *arguments]
    subprocess.run([*command, "--file", str(folder / "users.json")], check=True)


def test_a_user_signs_in_and_is_signed_out_in_another_tab_with_the_draft_kept(
    service: RunningApp, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(service.url + "?from=mail")
    asks_to_sign_in(page)
    sign_in(page, password="wrong")
    expect(page.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    assert page.get_by_label("User name").input_value() == "ada"
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    say(page, "Hi", "chat")
    expect(messages(page, "assistant").last).to_contain_text("Hello ada.")
    assert "from=mail" in page.url

    other = page.context.new_page()
    other.goto(page.url)
    box(other, "chat").fill("a thought")
    menu(page, "Sign out")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    asks_to_sign_in(other)
    sign_in(other)
    expect(box(other, "chat")).to_have_value("a thought")
    expect(messages(other, "assistant").last).to_contain_text("Hello ada.")
    other.close()
    refused_once(new_page)


def test_another_user_of_the_same_tab_finds_nothing_of_the_one_before(
    service: RunningApp, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(service.url)
    sign_in(page)
    box(page, "chat").fill("a secret")
    menu(page, "Sign out")
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, "bob")
    expect(box(page, "chat")).to_have_value("")
    expect(messages(page)).to_have_count(0)


def test_a_disabled_user_is_signed_out_in_every_tab_and_the_answer_stops(
    service: RunningApp, new_page: NewPage, tmp_path: Path
) -> None:
    first, second, bob = new_page(), new_page(), new_page()
    for page, name in ((first, "ada"), (second, "ada"), (bob, "bob")):
        page.goto(service.url)
        sign_in(page, name)
    say(first, "count", "chat")
    expect(messages(first, "assistant").last).to_contain_text("more more")
    users(tmp_path, "disable", "ada")
    for page in (first, second):
        asks_to_sign_in(page)
    sign_in(first)
    expect(first.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    say(bob, "Hi", "chat")
    expect(messages(bob, "assistant").last).to_contain_text("Hello bob.")
    users(tmp_path, "enable", "ada")
    sign_in(second)
    second.get_by_role("navigation", name="Chats").locator("a.thread").click()
    expect(messages(second, "assistant").last).to_contain_text("more")
    expect(second.get_by_text("Stopped", exact=False)).to_be_visible()
    refused_once(new_page)


def test_a_user_sees_where_they_are_signed_in_and_signs_out_everywhere(
    service: RunningApp, new_page: NewPage
) -> None:
    desk, phone = new_page(), new_page(viewport=PHONE, has_touch=True)
    for page in (desk, phone):
        page.goto(service.url)
        sign_in(page)
        box(page, "chat").wait_for()
    with desk.context.expect_page() as opened:
        menu(desk, "Where you are signed in")
    sessions = opened.value
    expect(sessions.get_by_role("listitem")).to_have_count(2)
    expect(sessions.get_by_role("listitem").first).to_contain_text("This browser")
    sessions.get_by_role("button", name="Sign out everywhere").click()
    for page in (desk, phone):
        asks_to_sign_in(page)
    sessions.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_sign_in(
    service: RunningApp, new_page: NewPage, scheme: str
) -> None:
    page = new_page(bypass_csp=True, color_scheme=scheme, viewport=PHONE)
    page.goto(service.url)
    wrong = {"login": violations(page)}
    sign_in(page, password="wrong")
    page.get_by_role("alert").wait_for()
    wrong["alert"] = violations(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    box(page, "chat").wait_for()
    for path in ("sessions", "logout"):
        page.goto(f"{service.url}_auth/{path}")
        wrong[path] = violations(page)
    assert wrong == {"login": [], "alert": [], "sessions": [], "logout": []}
    refused_once(new_page)


def test_the_pages_of_sign_in_need_no_script(service: RunningApp, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False, locale="de-DE", color_scheme="dark")
    page.goto(service.url)
    page.get_by_label("Benutzername").fill("ada")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.goto(service.url + "_auth/sessions")
    expect(page.get_by_role("heading")).to_have_text("Wo Sie angemeldet sind")
    page.get_by_role("button", name="Überall abmelden").click()
    expect(page.get_by_text("Sie sind abgemeldet.")).to_be_visible()
