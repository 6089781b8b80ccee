"""Open pages of users who signed in at a real OpenID provider: refresh, expiry, logout."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from swell import Q, ui
from swell.app import App
from swell.audit.log import AuditLog
from swell.chat.store import open_store
from swell.live.wire import CLOSE_SIGNED_OUT
from swell.settings.load import load_settings
from tests.auth.openid import SECRET, OpenIdServer, free_port, openid_server
from tests.server.live_server import LiveServer, Tab, serving

TIMEOUT_S = 60.0


class Service(NamedTuple):
    """An app and its provider.

    Attributes:
        app: The app.
        provider: The provider.
        said: What the handler of the app has seen, in order.
        stack: Closes what is open.
    """

    app: LiveServer
    provider: OpenIdServer
    said: queue.Queue[Any]
    stack: ExitStack

    def sign_in(self, account: str = "ada") -> httpx.Client:
        """Return a browser that has signed in."""
        address = f"http://{self.app.host}"
        browser = self.stack.enter_context(httpx.Client(base_url=address))
        begun = browser.get("/_auth/start/oidc")
        assert begun.status_code == 303, begun.text
        back = self.provider.sign_in(begun.headers["location"], account)
        done = browser.get(back)
        assert done.status_code == 303, done.text
        return browser

    def open(self, browser: httpx.Client) -> Tab:
        """Open the page of the app in a browser."""
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        tab = Tab(self.app, cookie=cookie)
        self.stack.callback(tab.socket.close)
        return tab

    def heard(self) -> Any:
        """Return what the handler has seen next."""
        return self.said.get(timeout=TIMEOUT_S)


@contextmanager
def service(database: str = "memory", **options: Any) -> Iterator[Service]:
    """Run an app that reports what it sees, and a provider."""
    said: queue.Queue[Any] = queue.Queue()

    async def serve(q: Q) -> None:
        if q.events["@system"]:
            said.put("logout" if q.events["@system"].logout else "gone")
        elif q.args.fresh == "async":
            said.put((await q.auth.ensure_fresh_token(), q.auth.refresh_token))
        elif q.args.fresh == "thread":
            said.put((await q.run(q.auth.ensure_fresh_token_sync), q.auth.refresh_token))
        elif q.args.fresh == "sync":
            said.put((q.auth.ensure_fresh_token_sync(), q.auth.refresh_token))
        else:
            said.put((q.auth.access_token, q.auth.refresh_token))
            q.page["hello"] = ui.markdown_card("1 1 2 2", "Hello", q.auth.username)
            await q.page.save()

    port = free_port()
    flags = {"database_url": database, "oidc_issuer": f"http://127.0.0.1:{port}"}
    flags |= {"oidc_client_id": "swell", "oidc_client_secret": SECRET}
    app = App(load_settings({}, flags))
    app.add("/", serve)
    with (
        serving(app) as live,
        openid_server(f"http://{live.host}", port=port, **options) as provider,
        ExitStack() as stack,
    ):
        yield Service(live, provider, said, stack)


def read_all(tab: Tab) -> None:
    """Read until the server closes the socket."""
    while True:
        tab.read()


def ended(tab: Tab) -> int:
    """Return the code with which the server closes the socket."""
    with pytest.raises(ConnectionClosed) as closed:
        read_all(tab)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


@pytest.mark.parametrize("way", ["async", "thread", "sync"])
def test_an_expired_token_is_refreshed_when_the_app_asks(way: str) -> None:
    with service(access=1) as running:
        browser = running.sign_in()
        tab = running.open(browser)
        access, refresh = running.heard()
        assert access
        tab.act("fresh", way)
        fresh, rotated = running.heard()
        assert fresh not in (None, access)
        assert rotated not in (None, refresh)
        answer = httpx.get(
            f"{running.provider.issuer}/me", headers={"authorization": f"Bearer {fresh}"}
        )
        assert answer.json()["sub"] == "ada"


def test_a_token_that_is_fresh_is_kept() -> None:
    with service() as running:
        browser = running.sign_in()
        tab = running.open(browser)
        first = running.heard()
        tab.act("fresh", "async")
        assert running.heard() == first


def test_without_the_provider_there_is_no_fresh_token_and_the_user_stays() -> None:
    with service(access=1) as running:
        browser = running.sign_in()
        tab = running.open(browser)
        running.heard()
        running.provider.stop()
        tab.act("fresh", "async")
        assert running.heard()[0] is None
        assert browser.get("/").status_code == 200


def test_a_provider_that_refuses_to_refresh_ends_the_sign_in() -> None:
    with service(access=1) as running:
        browser = running.sign_in("bob")
        tab = running.open(browser)
        running.heard()
        running.provider.switch("disable", account="bob")
        assert ended(tab) == CLOSE_SIGNED_OUT  # without a request of the app
        assert running.heard() == "logout"
        assert browser.get("/").status_code == 303


def test_a_logout_at_the_provider_closes_the_pages_of_that_session_alone() -> None:
    with service() as running:
        browser, other = running.sign_in(), running.sign_in("bob")
        tab, stays = running.open(browser), running.open(other)
        running.heard(), running.heard()
        assert running.provider.switch("end", account="ada") == {"sent": 1}
        assert ended(tab) == CLOSE_SIGNED_OUT
        assert running.heard() == "logout"
        assert browser.get("/").status_code == 303
        assert other.get("/").status_code == 200
        stays.act("fresh", "async")
        assert running.heard()[0]


def test_the_app_hears_of_a_sign_out_before_the_page_is_gone() -> None:
    with service() as running:
        browser = running.sign_in()
        tab = running.open(browser)
        running.heard()
        form = {"origin": f"http://{running.app.host}"}
        browser.post("/_auth/logout", headers=form, data={"x": ""})
        assert ended(tab) == CLOSE_SIGNED_OUT
        assert [running.heard(), running.heard()] == ["logout", "gone"]


def test_what_a_provider_ends_is_in_the_audit_log(tmp_path: Path) -> None:
    file = str(tmp_path / "chat.db")
    with service(file, access=1) as running:
        running.sign_in()
        running.provider.switch("end", account="ada")
        tab = running.open(running.sign_in("bob"))
        running.provider.switch("disable", account="bob")
        assert ended(tab) == CLOSE_SIGNED_OUT

    async def read() -> list[tuple[str, str, str]]:
        engine = open_store(file).engine
        await engine.open()
        try:
            found = await AuditLog(engine).page()
        finally:
            await engine.close()
        return [(one.event, one.subject, one.object) for one in found]

    assert asyncio.run(read()) == [
        ("sign_in", "ada", ""),
        ("signed_out", "", "ada"),
        ("sign_in", "bob", ""),
        ("signed_out", "", "bob"),
    ]
