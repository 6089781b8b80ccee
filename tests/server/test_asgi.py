"""Which URL is answered by what: pages, redirects, mounts, hosts, and the path of a proxy."""

from __future__ import annotations

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from swell import Q
from swell.app import App
from swell.settings.table import Settings

pytestmark = pytest.mark.anyio


async def page(q: Q) -> None:
    """Show nothing."""


def app_of(*routes: str, **settings: object) -> App:
    """Return an app with these routes."""
    app = App(Settings(**settings))  # type: ignore[arg-type]
    for route in routes:
        app.add(route, page)
    return app


async def get(app: App, url: str, **headers: str) -> httpx.Response:
    """Ask an app as a browser does."""
    transport = httpx.ASGITransport(app=app)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser,
    ):
        return await browser.get(url, headers=headers)


async def test_a_route_is_a_page_that_is_not_kept_and_begins_a_session() -> None:
    found = await get(app_of("/talk"), "/talk")
    assert found.status_code == 200
    assert "<!doctype html>" in found.text
    assert found.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in found.headers["content-security-policy"]
    assert "HttpOnly" in found.headers["set-cookie"]


async def test_the_page_is_in_the_language_that_the_browser_asks_for() -> None:
    found = await get(app_of("/"), "/", **{"Accept-Language": "de-DE"})
    assert '<html lang="de"' in found.text
    assert found.headers["vary"] == "accept-language"


async def test_the_root_leads_to_the_only_route() -> None:
    found = await get(app_of("/talk"), "/")
    assert (found.status_code, found.headers["location"]) == (307, "/talk")


async def test_a_path_without_a_route_names_those_there_are() -> None:
    found = await get(app_of("/one", "/two"), "/three")
    assert found.status_code == 404
    assert '<a href="/one">/one</a> or <a href="/two">/two</a>' in found.text
    assert "No app has been defined" in (await get(app_of(), "/")).text


async def test_below_a_base_url_links_and_redirects_keep_it() -> None:
    app = app_of("/talk", base_url="/apps/")
    assert (await get(app, "/apps/")).headers["location"] == "/apps/talk"
    assert (await get(app, "/apps/talk")).status_code == 200
    outside = await get(app, "/talk")
    assert outside.status_code == 404
    assert '<a href="/apps/">/apps/</a>' in outside.text


async def test_a_host_that_is_not_ours_is_refused() -> None:
    found = await get(app_of("/"), "/", Host="evil.example")
    assert (found.status_code, "allowed_hosts" in found.text) == (400, True)
    assert (await get(app_of("/"), "/_s/health", Host="evil.example")).status_code == 400


@pytest.mark.parametrize("url", ["/api", "/api/", "/api/answers"])
async def test_a_mount_answers_on_its_path_and_below(url: str) -> None:
    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("mounted")(scope, receive, send)

    app = app_of("/")
    app.mounts["/api"] = api
    assert (await get(app, url)).text == "mounted"
    assert "<!doctype html>" in (await get(app, "/")).text


async def test_health_says_that_the_process_runs() -> None:
    assert (await get(app_of("/"), "/_s/health")).text == "ok\n"
