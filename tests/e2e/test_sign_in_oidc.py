"""Sign-in at an OpenID provider in Chromium, at an app of two processes on PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.auth.openid import CLIENT, SECRET, OpenIdServer, free_port, openid_server
from tests.postgres import PostgresServer, new_database

from .chat import until
from .conftest import NewPage, Run, RunningApp

APP = """
import os
from swell import Q, app, ui

@app("/")
async def serve(q: Q):
    if not q.events["@system"]:
        text = f"Hello {q.auth.username} of {', '.join(q.auth.groups)} at {os.getpid()}"
        q.page["hello"] = ui.markdown_card("1 1 4 2", "Account", text)
        await q.page.save()
"""
LOGIN = re.compile(r"/_auth/login")


class Service(NamedTuple):
    """An app of two processes, its provider and its database."""

    app: RunningApp
    provider: OpenIdServer
    database: str

    def sign_in(self, page: Page, account: str = "ada") -> None:
        """Open the app, and sign in at the provider."""
        page.goto(self.app.url)
        page.get_by_role("link", name="Continue with Example Corp.").click()
        page.get_by_label("Account").fill(account)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text(f"Hello {account}")).to_be_visible()

    def tabs(self, page: Page) -> list[Page]:
        """Open further tabs until both processes have one, and return one of each."""
        found = {process(page): page}
        while len(found) < 2:
            tab = page.context.new_page()
            tab.goto(self.app.url)
            expect(tab.get_by_text("Hello")).to_be_visible()
            if process(tab) in found:
                tab.close()
            else:
                found[process(tab)] = tab
        return list(found.values())


def process(page: Page) -> str:
    """Return the process that serves a tab."""
    text = page.get_by_text("Hello").text_content() or ""
    return text.rpartition(" ")[2]


Serve = Callable[..., AbstractContextManager[Service]]


@pytest.fixture
def serve(start: Run, postgres: PostgresServer, postgres_template: str) -> Serve:
    """Give `serve(**ttl)`, which runs the app and a provider with these lifetimes."""

    @contextmanager
    def make(**ttl: int) -> Iterator[Service]:
        database, port = new_database(postgres, postgres_template), free_port()
        env = {
            "SWELL_DATABASE_URL": database,
            "SWELL_OIDC_ISSUER": f"http://127.0.0.1:{port}",
            "SWELL_OIDC_CLIENT_ID": CLIENT,
            "SWELL_OIDC_CLIENT_SECRET": SECRET,
            "SWELL_OIDC_TITLE": "Example Corp.",
        }
        app = start(APP, "--workers", "2", env=env)  # before its provider
        app.url = app.url.rstrip("/")
        with openid_server(app.url, port=port, **ttl) as provider:
            yield Service(app, provider, database)

    return make


def test_a_user_signs_in_and_out(serve: Serve, new_page: NewPage) -> None:
    with serve() as service:
        page = new_page()
        page.goto(f"{service.app.url}/?x=1")
        expect(page).to_have_url(re.compile(r"/_auth/login\?next=%2F%3Fx%3D1$"))
        page.get_by_role("link", name="Continue with Example Corp.").click()
        page.get_by_label("Account").fill("ada")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{service.app.url}/?x=1")
        expect(page.get_by_text("Hello ada of staff, maths")).to_be_visible()
        page.reload()
        expect(page.get_by_text("Hello ada")).to_be_visible()

        page.goto(f"{service.app.url}/_auth/logout")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign out of the provider").click()
        expect(page).to_have_url(re.compile(r"/_auth/signed-out"))
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        page.get_by_role("link", name="Sign in").click()
        page.get_by_role("link", name="Continue with Example Corp.").click()
        expect(page.get_by_label("Account")).to_be_visible()  # the provider asks again


def test_a_logout_at_the_provider_closes_the_pages_of_all_processes(
    serve: Serve, new_page: NewPage
) -> None:
    with serve() as service:
        page, other = new_page(), new_page()
        service.sign_in(page)
        service.sign_in(other, "bob")
        tabs = service.tabs(page)
        assert service.provider.switch("end", account="ada") == {"sent": 1}
        for tab in tabs:
            expect(tab).to_have_url(LOGIN)
        expect(other.get_by_text("Hello bob")).to_be_visible()
        other.reload()
        expect(other.get_by_text("Hello bob")).to_be_visible()


def test_tokens_are_refreshed_by_one_process_at_a_time(serve: Serve, new_page: NewPage) -> None:
    """The provider ends the sign-in if a refresh token is used twice."""
    with serve(access=1) as service:
        page = new_page()
        service.sign_in(page)
        tabs = service.tabs(page)
        until(page, lambda: service.provider.count("/token") >= 6)
        for tab in tabs:
            tab.reload()
            expect(tab.get_by_text("Hello ada")).to_be_visible()
        service.provider.switch("disable", account="ada")  # and now it refuses
        for tab in tabs:
            expect(tab).to_have_url(LOGIN)


def test_a_disabled_user_is_out_in_all_processes(
    serve: Serve, new_page: NewPage, postgres: PostgresServer
) -> None:
    with serve() as service:
        page = new_page()
        service.sign_in(page)
        tabs = service.tabs(page)
        postgres.execute("UPDATE accounts SET disabled = 1", service.database)
        for tab in tabs:
            expect(tab).to_have_url(LOGIN)
