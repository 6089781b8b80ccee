"""Apps: who gets which page and which state, what `q` can do, and how routes are registered."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from swell import Expando, Q, app, expando_to_dict, main
from swell.app import App
from swell.errors import NotSupportedError
from swell.server.route import Mode
from swell.settings.table import Settings
from swell.testing import Client, HandlerError, connect, isolated, serving

from .painted import Shared, card

pytestmark = pytest.mark.anyio


# ------------------------------------------------------------------ pages and their modes


async def test_a_unicast_page_is_of_one_tab() -> None:
    async def serve(q: Q) -> None:
        q.page["said"] = card(q.args.say or "nothing")
        await q.page.save()

    async with serving(serve) as running:
        one, two = await running.tab(), await running.tab()
        await one.act("say", "hello")
        await two.settle()
        assert one.page["said"]["content"] == "hello"
        assert two.page["said"]["content"] == "nothing"
        assert (one.cleared, two.cleared) == (0, 0)


@pytest.mark.parametrize("mode", ["multicast", "broadcast"])
async def test_a_shared_page_is_sent_to_who_comes_later(mode: Mode) -> None:
    async with serving(Shared().serve, mode=mode) as running:
        one = await running.tab("first browser")
        await one.act("say", "hello")
        two = await running.tab("second browser")
        assert two.page["said"]["content"] == "hello"
        await two.act("say", "bye")
        await one.until(lambda page: page["said"]["content"] == "bye")


@pytest.mark.parametrize("mode", ["multicast", "broadcast"])
async def test_who_shares_a_page_is_told_to_forget_pending_args(mode: Mode) -> None:
    async with serving(Shared().serve, mode=mode) as running:
        one, two = await running.tab("first browser"), await running.tab("second browser")
        await one.act("say", "hello")
        await two.until(lambda page: page["said"]["content"] == "hello")
        assert (one.cleared, two.cleared) == (0, 1)


async def test_another_page_is_reached_through_the_site() -> None:
    async def serve(q: Q) -> None:
        q.site["/"]["said"] = card("from the site")
        await q.site["/"].save()  # another page object: nothing to save in it
        page = q.site["/"]
        page["said"] = card("from the site")
        await page.save()
        with pytest.raises(NotSupportedError, match=r"q\.site\.teleport"):
            q.site.teleport()

    async with serving(serve, mode="broadcast") as running:
        tab = await running.tab()
        assert tab.page["said"]["content"] == "from the site"


async def test_what_is_not_saved_is_lost() -> None:
    async def serve(q: Q) -> None:
        q.page["said"] = card("lost" if q.args.lose else "kept")
        if not q.args.lose:
            await q.page.save()

    async with connect(serve) as client:
        await client.act("lose")
        await client.act("other")
        assert client.page["said"]["content"] == "kept"


# ------------------------------------------------------------------------------- state


async def test_state_of_tab_person_and_app() -> None:
    async def serve(q: Q) -> None:
        for state in (q.client, q.user, q.app):
            state.count = (state.count or 0) + 1
        q.page["count"] = card(f"{q.client.count} {q.user.count} {q.app.count}")
        await q.page.save()

    async with serving(serve) as running:
        one = await running.tab("browser")
        two = await running.tab("browser")
        three = await running.tab("another browser")
        await one.act("again")
        # Without sign-in everybody is the same person, as in Wave.
        shown = [tab.page["count"]["content"] for tab in (one, two, three)]
        assert shown == ["2 4 4", "1 2 2", "1 3 3"]
        await one.drop()
        await one.open()
        await one.act("again")
        assert one.page["count"]["content"] == "3 5 5"


async def test_what_a_handler_knows() -> None:
    seen: list[dict[str, Any]] = []

    async def serve(q: Q) -> None:
        seen.append(
            {
                "args": expando_to_dict(q.args),
                "events": {s: expando_to_dict(q.events[s]) for s in q.events},
                "who": (q.auth.username, q.auth.subject, q.auth.access_token),
                "where": (q.route, q.mode),
                "missing": (q.args.nothing, q.events.nothing),
                "headers": q.headers,
            }
        )
        assert await q.auth.ensure_fresh_token() is None
        assert q.auth.ensure_fresh_token_sync() is None

    async with connect(serve) as client:
        await client.act("name", "Ada", age=36, send=False)
        await client.event("chat", "stop", {"x": 1})
    first, second, third = seen
    assert first["args"] == {}
    assert first["events"] == {}
    assert first["who"] == ("anon", "anon", None)
    assert first["where"] == ("/", "unicast")
    assert first["missing"] == (None, None)
    assert isinstance(first["headers"], dict)
    sent = {"name": "Ada", "age": 36, "send": False}
    assert second["args"] == {**sent, "__wave_submission_name__": "name"}
    assert third["args"] == {"__wave_submission_name__": "chat"}
    assert third["events"] == {"chat": {"stop": {"x": 1}}}


@pytest.mark.parametrize(
    ("hash", "args"),
    [("", {}), ("menu/tea", {"#": "menu/tea", "__wave_submission_name__": "#"})],
)
async def test_the_hash_at_the_first_load(hash: str, args: dict[str, Any]) -> None:
    seen: list[Any] = []

    async def serve(q: Q) -> None:
        seen.append(expando_to_dict(q.args))

    async with connect(serve, hash=hash):
        assert seen == [args]


async def test_a_tab_that_comes_back_runs_no_handler() -> None:
    runs: list[str] = []

    async def serve(q: Q) -> None:
        runs.append("run")
        q.page["said"] = card("painted")
        await q.page.save()

    async with connect(serve) as client:
        await client.drop()
        await client.open()
        assert runs == ["run"]
        assert client.page["said"]["content"] == "painted"


# ----------------------------------------------------------------------- what `q` can do


async def test_blocking_functions_run_in_threads() -> None:
    here = threading.get_ident()
    word: contextvars.ContextVar[str] = contextvars.ContextVar("word")
    results: list[Any] = []

    def work(a: int, b: int = 0) -> tuple[int, str, bool]:
        return a + b, word.get(), threading.get_ident() == here

    async def awaited(a: int) -> int:
        return a

    async def serve(q: Q) -> None:
        word.set("kept")
        results.append(await q.run(work, 1, b=2))
        with ThreadPoolExecutor(1) as pool:
            results.append(await q.exec(pool, work, 3))
        results.append(await q.run(awaited, 4))
        results.append(await q.sleep(0, "slept"))

    async with connect(serve):
        assert results == [(3, "kept", False), (3, "kept", False), 4, "slept"]


async def test_a_sync_handler_works() -> None:
    def serve(q: Q) -> None:
        q.app.seen = True

    async with serving(serve) as running:
        tab = await running.tab()
        assert tab.error is None


# --------------------------------------------------------------------- `@app` and `main`


def test_app_registers_with_main_and_returns_the_handler() -> None:
    async def serve(q: Q) -> None: ...

    with isolated() as own:
        assert app("/one", "broadcast")(serve) is serve
        assert app("/two/")(serve) is serve
    found = {path: (route.handler, route.mode) for path, route in own.routes.items()}
    assert found == {"/one": (serve, "broadcast"), "/two": (serve, None)}
    assert main.routes.keys() & found.keys() == set()


@pytest.mark.parametrize("route", ["", "chat", "/_s/x", "/_f/x"])
def test_routes_that_cannot_be_used(route: str) -> None:
    with pytest.raises(ValueError, match="route must start with '/'"):
        App().add(route, print)


def test_modes_that_cannot_be_used() -> None:
    with pytest.raises(ValueError, match="mode must be one of unicast, multicast, broadcast"):
        App().add("/", print, "unikast")  # type: ignore[arg-type]


async def test_hooks_run_once_at_start_and_end() -> None:
    order: list[str] = []

    async def start() -> None:
        order.append("async start")

    async def end() -> None:
        order.append("async end")

    async def serve(q: Q) -> None: ...

    application = App()
    application.settings = Settings()
    application.add("/", serve, on_startup=start, on_shutdown=lambda: order.append("end"))
    application.add("/b", serve, on_startup=lambda: order.append("start"), on_shutdown=end)
    async with application.lifespan():
        await application.startup()
        assert order == ["async start", "start"]
    assert order == ["async start", "start", "end", "async end"]
    await application.shutdown()
    assert len(order) == 4


def test_state_is_an_expando() -> None:
    assert isinstance(App().state, Expando)


async def test_a_lost_connection_does_not_stop_a_handler() -> None:
    go = asyncio.Event()

    async def serve(q: Q) -> None:
        if q.args.slow:
            await go.wait()
            q.page["said"] = card("while you were away")
            await q.page.save()

    async with serving(serve) as running:
        tab: Client = await running.tab()
        waiting = asyncio.create_task(tab.act("slow"))
        await asyncio.sleep(0)
        await tab.drop()
        waiting.cancel()
        go.set()
        await tab.open()
        await tab.until(lambda page: "said" in page)
        assert tab.welcomes == ["snapshot", "resumed"]


async def test_another_application_answers_below_its_path() -> None:
    async def hello(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(f"hello from {scope['path']}")(scope, receive, send)

    app = App()
    app.add("/", _nothing)
    app.mount("/api/", hello)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as http,
    ):
        assert (await http.get("/api/x")).text == "hello from /api/x"
        assert (await http.post("/api")).text == "hello from /api"
        assert "<!doctype html>" in (await http.get("/")).text.lower()
        refused = await http.get("/api/x", headers={"host": "evil.example"})
        assert refused.status_code == 400
    for path in ("/", "/_s/x", "_f"):
        with pytest.raises(ValueError, match="cannot be mounted"):
            app.mount(path, hello)


async def _nothing(q: Q) -> None:
    await q.page.save()


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
async def test_nothing_that_a_handler_raises_ends_the_server(error: BaseException) -> None:
    async def serve(q: Q) -> None:
        if q.args.fail:
            raise error
        q.page["said"] = card("alive")
        await q.page.save()

    async with connect(serve) as client:
        with pytest.raises(HandlerError):
            await client.act("fail")
        await client.act("go")
        assert client.page["said"]["content"] == "alive"
