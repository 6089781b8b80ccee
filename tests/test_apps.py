"""Several applications in one process: each has its own routes, rules, state and people."""

from __future__ import annotations

import httpx
import pytest

from swell import Q, app, main, on, run_on, ui
from swell.app import App, registering
from swell.chat import ChatOptions, Turn
from swell.identity import Identity, Request
from swell.settings.table import Settings
from swell.testing import serving

pytestmark = pytest.mark.anyio


async def test_two_applications_are_served_side_by_side() -> None:
    one, two = App(Settings(app_mode="broadcast")), App(Settings(user_header="X-User"))

    @one.page("/")
    async def first(q: Q) -> None:
        q.app.seen = True

    @two.page("/other")
    async def second(q: Q) -> None: ...

    async with one.lifespan(), two.lifespan():
        for served, path, other in ((one, "/", "/other"), (two, "/other", "/nothing")):
            transport = httpx.ASGITransport(app=served)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
                assert (await http.get(path)).status_code == 200
                assert (await http.get(other)).status_code == 404
    assert one.state is not two.state
    assert "/other" not in main.routes


async def test_decorators_add_to_the_application_of_their_block() -> None:
    with registering(App()) as own:

        @app("/own", mode="broadcast")
        async def serve(q: Q) -> None:
            await run_on(q)
            await q.page.save()

        @on("hello")
        async def hello(q: Q) -> None:
            q.page["said"] = ui.markdown_card("1 1 1 1", "Own", "rule")

    assert list(own.routes) == ["/own"]
    assert "hello" in own.rules.args
    assert "hello" not in main.rules.args
    with registering(own):
        async with serving(serve) as running:
            tab = await running.tab()
            await tab.act("hello", hello=True)
            assert tab.page["said"]["content"] == "rule"


async def test_an_application_says_who_its_people_are() -> None:
    def identify(request: Request) -> Identity | None:
        name = request.header("x-user")
        return Identity(name, name.title(), "token") if name else None

    own = App(identify=identify)

    @own.page("/")
    async def serve(q: Q) -> None:
        text = f"{q.auth.subject} {q.auth.username} {await q.auth.ensure_fresh_token()}"
        q.page["me"] = ui.markdown_card("1 1 1 1", "Me", text)
        await q.page.save()

    @own.chat("/chat", ChatOptions(store=None, identify=lambda _: "everybody"))
    async def answer(turn: Turn) -> str:
        return turn.user.subject

    async with serving(serve, identify=identify) as running:
        tab = await running.tab(headers={"X-User": "ann"})
        assert tab.page["me"]["content"] == "ann Ann token"
    assert own.routes["/chat"].identify is not None
    assert own.routes["/"].identify is None, "the application's own is used"


def test_the_cookies_of_a_request_are_read_and_doubled_headers_are_not() -> None:
    headers = {"Cookie": ["a=1; b=two"], "X-User": ["ann", "bob"], "X-Team": ["blue"]}
    request = Request("/", headers, "anon", "", "", "en", main.state)
    assert request.cookies == {"a": "1", "b": "two"}
    assert (request.header("x-user"), request.header("x-team")) == (None, "blue")
