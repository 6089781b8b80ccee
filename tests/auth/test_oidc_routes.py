"""Sign-in at a real OpenID provider, as a browser without scripts sees it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest

from swell.app import App
from swell.settings.load import load_settings
from tests.auth.browser import ORIGIN, Browser, browser_of, greet, running, text_of
from tests.auth.openid import OpenIdServer, openid_server, params

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server() -> Iterator[OpenIdServer]:
    with openid_server(ORIGIN) as started:
        yield started


def app_at(server: OpenIdServer, **settings: object) -> App:
    """Return an app whose users sign in at a provider."""
    app = App(load_settings({}, {"database_url": "memory", **server.settings(), **settings}))
    app.add("/", greet)
    return app


async def visit(browser: Browser, server: OpenIdServer, account: str, path: str = "/") -> str:
    """Sign in at the provider, and return the address that it sends the browser back to."""
    begun = await browser.get(f"/_auth/start/oidc?next={path}")
    assert begun.status_code == 303, begun.text
    return await asyncio.to_thread(server.sign_in, begun.headers["location"], account)


async def sign_in(browser: Browser, server: OpenIdServer, account: str = "ada") -> None:
    """Sign in."""
    done = await browser.get(await visit(browser, server, account))
    assert done.status_code == 303, text_of(done)


async def test_a_user_signs_in_and_comes_back_to_the_page(server: OpenIdServer) -> None:
    async with running(app_at(server)) as browser:
        page = await browser.get((await browser.get("/?x=1")).headers["location"])
        link = unescape(page.text.partition('href="/_auth/start/')[2].partition('"')[0])
        assert "Continue with 127.0.0.1" in text_of(page)
        begun = await browser.get(f"/_auth/start/{link}")
        back = await asyncio.to_thread(server.sign_in, begun.headers["location"], "ada")
        done = await browser.get(back)
        assert (done.status_code, done.headers["location"]) == (303, "/?x=1")
        assert (await browser.get("/")).status_code == 200
        assert "You are signed in as ada." in text_of(await browser.get("/_auth/login"))
        assert [name for name in browser.cookies if "pending" in name] == []


async def test_tabs_of_a_browser_sign_in_at_the_same_time(server: OpenIdServer) -> None:
    async with running(app_at(server)) as browser:
        first = await visit(browser, server, "ada", "/one")
        second = await visit(browser, server, "ada", "/two")
        for back, path in ((first, "/one"), (second, "/two")):
            assert (await browser.get(back)).headers["location"] == path


async def test_the_answer_counts_once_and_in_its_browser(server: OpenIdServer) -> None:
    app = app_at(server)
    async with running(app) as browser, browser_of(app) as other:
        back = await visit(browser, server, "ada")
        stolen = await other.get(back)
        assert (stolen.status_code, "Code: expired" in text_of(stolen)) == (403, True)
        cookies = dict(browser.cookies)
        assert (await browser.get(back)).status_code == 303
        assert (await browser.get(back)).status_code == 403
        other.cookies.update(cookies)  # those of before: the provider has seen the code
        assert (await other.get(back)).status_code == 403
        assert (await other.get("/")).status_code == 303


async def test_a_cancelled_sign_in_shows_a_page_with_a_way_back(server: OpenIdServer) -> None:
    async with running(app_at(server)) as browser:
        page = await browser.get(await visit(browser, server, "nobody", "/?x=1"))
        assert page.status_code == 403
        assert "The sign-in was cancelled. Code: cancelled" in text_of(page)
        assert "/_auth/login?next=%2F%3Fx%3D1" in page.text
        german = await browser.get(
            await visit(browser, server, "nobody"), headers={"accept-language": "de"}
        )
        assert "Die Anmeldung wurde abgebrochen." in text_of(german)


async def test_texts_of_an_answer_are_escaped(
    server: OpenIdServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(app_at(server)) as browser:
        begun = await browser.get("/_auth/start/oidc")
        state = params(begun.headers["location"])["state"]
        said = {"error": "<script>", "error_description": "a\nb", "state": state}
        page = await browser.get("/_auth/callback/oidc", params={**said, "iss": server.issuer})
        assert "<script>" not in page.text
        assert "Code: provider_refused" in text_of(page)
        assert "a\\nb" in caplog.text


async def test_an_app_starts_without_its_provider(server: OpenIdServer) -> None:
    with openid_server(ORIGIN) as away:
        away.stop()
        async with running(app_at(away, oidc_title="Example Corp.")) as browser:
            assert (await browser.get("/_auth/login")).status_code == 200
            page = await browser.get("/_auth/start/oidc")
            assert page.status_code == 503
            assert "Example Corp. cannot be reached right now." in text_of(page)
            away.start()
            await sign_in(browser, away)


async def test_with_one_way_to_sign_in_the_page_may_be_skipped(server: OpenIdServer) -> None:
    async with running(app_at(server, oidc_skip_login="on")) as browser:
        page = await browser.get("/_auth/login?next=/x")
        assert page.headers["location"] == "/_auth/start/oidc?next=%2Fx"
        assert "Sign in" in text_of(await browser.get("/_auth/signed-out"))


async def test_addresses_of_wave_sign_in(server: OpenIdServer) -> None:
    settings = {"oidc_redirect_url": f"{ORIGIN}/_auth/callback"}
    async with running(app_at(server, **settings)) as browser:
        begun = await browser.get("/_auth/init")
        back = await asyncio.to_thread(server.sign_in, begun.headers["location"], "ada")
        assert urlsplit(back).path == "/_auth/callback"
        assert (await browser.get(back)).status_code == 303
        assert (await browser.get("/_auth/refresh")).status_code == 204
    assert (await browser_of(app_at(server)).get("/_auth/refresh")).status_code == 401


async def test_sign_out_ends_the_session_at_the_provider(server: OpenIdServer) -> None:
    async with running(app_at(server)) as browser:
        await sign_in(browser, server)
        page = await browser.send_form("/_auth/logout", {})
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
        assert found is not None
        asked = params(unescape(found[1]))
        assert asked["post_logout_redirect_uri"] == f"{ORIGIN}/_auth/signed-out"
        assert asked["id_token_hint"]
        assert (await browser.get("/")).status_code == 303
        answer = await asyncio.to_thread(httpx.get, unescape(found[1]))
        assert answer.status_code == 200, answer.text


async def test_the_provider_signs_a_user_out(server: OpenIdServer) -> None:
    async with running(app_at(server)) as browser:
        await sign_in(browser, server)
        assert (await browser.get("/")).status_code == 200
        for form in ({}, {"logout_token": "a.b.c"}):
            refused = await browser.send_form("/_auth/backchannel/oidc", form, None)
            assert (refused.status_code, refused.json()) == (400, {"error": "invalid_request"})
        assert (await browser.get("/")).status_code == 200
