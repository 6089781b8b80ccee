"""The admin page is there for administrators; for all others there is nothing at its address."""

from __future__ import annotations

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from swell import Q, ui
from swell.app import App
from swell.errors import SettingError
from swell.identity import Identity, Request
from swell.settings.table import Settings
from tests.auth.browser import Browser, browser_of
from tests.server.live_server import LiveServer, Tab, serving

ROLES = {"ann": (), "bob": (), "eve": ("admin",)}


def who(request: Request) -> Identity | None:
    name = request.cookies.get("who", "")
    return Identity(name, roles=ROLES[name]) if name in ROLES else None


async def hello(q: Q) -> None:
    q.page["hello"] = ui.form_card("1 1 2 2", [ui.text(", ".join(q.auth.roles))])
    await q.page.save()


def app_of(**settings: object) -> App:
    given = {"database_url": "memory", "admins": ("ann",), **settings}
    app = App(Settings(**given), identify=who)  # type: ignore[arg-type]
    app.add("/hello", hello)
    return app


async def get(browser: Browser, path: str, user: str) -> tuple[int, str]:
    answer = await browser.get(path, headers={"cookie": f"who={user}"})
    return answer.status_code, answer.text


@pytest.mark.anyio
@pytest.mark.parametrize("user", ["bob", "nobody", ""])
async def test_it_is_not_there_for_others(user: str) -> None:
    app = app_of()
    async with app.lifespan(), browser_of(app) as browser:
        there, elsewhere = [await get(browser, one, user) for one in ("/_admin", "/nothing")]
        assert there[0] == 404
        assert there == elsewhere
        assert "_admin" not in there[1]


@pytest.mark.anyio
@pytest.mark.parametrize("user", ["ann", "eve"])
async def test_it_is_there_for_administrators(user: str) -> None:
    app = app_of()
    async with app.lifespan(), browser_of(app) as browser:
        status, text = await get(browser, "/_admin", user)
        assert status == 200
        assert "/_admin" in text


@pytest.mark.anyio
async def test_an_app_of_one_page_still_leads_there() -> None:
    app = app_of()
    async with app.lifespan(), browser_of(app) as browser:
        answer = await browser.get("/", headers={"cookie": "who=bob"})
        assert answer.headers["location"] == "/hello"


@pytest.mark.anyio
async def test_without_administrators_in_the_settings_no_accounts_are_kept() -> None:
    app = app_of(admins=())
    async with app.lifespan(), browser_of(app) as browser:
        assert (await get(browser, "/_admin", "eve"))[0] == 404


@pytest.mark.anyio
async def test_a_setting_about_users_needs_sign_in() -> None:
    app = App(Settings(database_url="memory", allowed_domains=("example.com",)))
    app.add("/hello", hello)
    with pytest.raises(SettingError, match=r"allowed_domains.*no user can sign in"):
        await app.startup()


def closed(server: LiveServer, route: str, user: str) -> tuple[int, str]:
    """Open a socket to a route, and return how it is closed."""
    with pytest.raises(ConnectionClosed) as ended:
        Tab(server, route, cookie=f"who={user}")
    assert ended.value.rcvd is not None
    return ended.value.rcvd.code, ended.value.rcvd.reason


@pytest.mark.parametrize("user", ["bob", "nobody"])
def test_a_socket_of_others_gets_the_answer_of_an_unknown_route(user: str) -> None:
    with serving(app_of()) as server:
        assert closed(server, "/_admin", user) == closed(server, "/nothing", user) == (
            4503,
            "unknown route",
        )  # fmt: skip


def test_the_accounts_of_users_who_sign_in_elsewhere_are_disabled_within_seconds() -> None:
    with serving(app_of()) as server:
        bob = Tab(server, "/hello", cookie="who=bob")
        ann = Tab(server, "/_admin", cookie="who=ann")
        ann.act("people_choose", ["bob"])
        ann.wait("end")
        ann.act("people_disable", True)
        ann.wait("end")
        ann.act("confirm", True)
        ann.wait("end")
        with pytest.raises(ConnectionClosed) as ended:
            bob.wait("nothing that comes")
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == 4502
        again = httpx.get(f"http://{server.host}/hello", headers={"cookie": "who=bob"})
        assert again.is_success  # the page says that it is signed out
        assert closed(server, "/hello", "bob")[0] == 4502


def test_a_role_takes_effect_within_seconds_while_a_page_is_open() -> None:
    with serving(app_of()) as server:
        bob = Tab(server, "/hello", cookie="who=bob")
        ann = Tab(server, "/_admin", cookie="who=ann")
        ann.act("people_choose", ["bob"])
        ann.wait("end")
        ann.send(
            t="act",
            id="1",
            name="people_give",
            args={"people_give": True, "people_role": "admin"},
        )
        ann.wait("end")
        bob.wait("drain")  # the browser connects again
        again = Tab(server, "/hello", cookie="who=bob")
        assert "admin, member" in str(again.wait("ops"))
