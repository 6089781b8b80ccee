"""Apps: who gets which page and which state, how long it lives, and what an error does."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from swell import Expando, Q, app, data, expando_to_dict, main, ui
from swell.app import App
from swell.config import Settings
from swell.errors import LimitError, NotSupportedError, ProtocolError
from swell.live.connection import Connection, ConnectionLimits
from swell.live.wire import CLOSE_FORBIDDEN, CLOSE_MALFORMED, Act, Err, Hello
from swell.testing import Client, HandlerError, connect, isolated, serving

pytestmark = pytest.mark.anyio

EAGER: dict[str, Any] = {"flush_interval_s": 0.0, "act_rate_per_s": 1e6, "act_burst": 100_000}


def card(text: str) -> Any:
    return ui.markdown_card("1 1 1 1", "Title", text)


# ------------------------------------------------------------------ pages and their modes


class Shared:
    """Paints once for whoever shares the page, and notes what was said."""

    async def serve(self, q: Q) -> None:
        if q.args.say:
            q.page["said"].content = q.args.say
        elif not q.app.painted:
            q.app.painted = True
            q.page["said"] = card("nothing")
        await q.page.save()


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
async def test_a_shared_page_is_sent_to_who_comes_later(mode: str) -> None:
    async with serving(Shared().serve, mode=mode) as running:
        one = await running.tab("first browser")
        await one.act("say", "hello")
        two = await running.tab("second browser")
        assert two.page["said"]["content"] == "hello"
        await two.act("say", "bye")
        await one.until(lambda page: page["said"]["content"] == "bye")


@pytest.mark.parametrize("mode", ["multicast", "broadcast"])
async def test_who_shares_a_page_is_told_to_forget_pending_args(mode: str) -> None:
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
        with pytest.raises(NotSupportedError, match=r"q\.site\.proxy"):
            q.site.proxy("GET", "http://localhost")

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


# -------------------------------------------------------------------- coming and going


class Visits:
    """Says when a tab has left for good."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.args: dict[str, Any] | None = None
        self.name = ""

    async def serve(self, q: Q) -> None:
        if q.events["@system"] and q.events["@system"].client_disconnect:
            self.args = expando_to_dict(q.args)
            self.name = q.client.name
            q.page["said"] = card("to nobody")  # must not bring the page back to life
            await q.page.save()
            self.left.set()
            return
        q.client.name = "visitor"
        q.page["said"] = card("hello")
        await q.page.save()


@pytest.mark.parametrize("timeout_s", [0.0, 0.02])
async def test_the_handler_is_told_who_left_and_everything_of_them_is_freed(
    timeout_s: float,
) -> None:
    visits = Visits()
    settings = Settings(reconnect_timeout_s=timeout_s, **EAGER)
    async with serving(visits.serve, settings=settings) as running:
        tab = await running.tab()
        assert (len(running.broker.clients), len(running.broker.pages)) == (1, 1)
        await tab.drop()
        async with asyncio.timeout(10):
            await visits.left.wait()
        assert (visits.args, visits.name) == ({}, "visitor")
        assert (len(running.broker.clients), len(running.broker.pages)) == (0, 0)
        await tab.open()
        assert tab.closed == CLOSE_FORBIDDEN  # as for a client that never was


async def test_a_shared_page_lives_as_long_as_somebody_is_there() -> None:
    visits = Visits()
    settings = Settings(reconnect_timeout_s=0.02, **EAGER)
    async with serving(visits.serve, mode="broadcast", settings=settings) as running:
        one, two = await running.tab(), await running.tab()
        await one.drop()
        async with asyncio.timeout(10):
            await visits.left.wait()
        await two.until(lambda page: page["said"]["content"] == "to nobody")
        visits.left.clear()
        await two.drop()
        async with asyncio.timeout(10):
            await visits.left.wait()
        assert len(running.broker.pages) == 0


async def test_an_action_runs_once_also_when_its_tab_was_away_for_too_long() -> None:
    ran: list[str] = []
    left = asyncio.Event()

    async def serve(q: Q) -> None:
        if q.events["@system"]:
            left.set()
        elif q.args.prompt:
            ran.append(q.args.prompt)

    settings = Settings(reconnect_timeout_s=0.02, **EAGER)
    async with serving(serve, settings=settings) as running:
        tab = await running.tab()
        action = Act(id="typed once", name="prompt", args={"prompt": "Hi"})
        await tab.send(action)
        await tab.drop()
        async with asyncio.timeout(10):
            await left.wait()
        back = await running.tab()  # as another client of the same browser; it never got the ack
        assert (await back.send(action)).st == "dup"
        stranger = await running.tab("another browser")
        assert (await stranger.send(action)).st == "ok"
        assert ran == ["Hi", "Hi"]


async def test_another_session_cannot_have_a_client() -> None:
    async with serving(Shared().serve) as running:
        await running.tab("mine")
        [client_id] = running.broker.clients
        for name in (client_id, "A" * 22):
            thief = Connection(ConnectionLimits(), 0, lambda: None)
            with pytest.raises(ProtocolError, match="unknown client") as refused:
                running.broker.hello(thief, Hello(1, "/", client=name), "theirs", {})
            assert refused.value.close_code == CLOSE_FORBIDDEN


async def test_a_connection_is_of_one_client_and_leaves_no_other_behind() -> None:
    async with serving(Shared().serve) as running:
        connection = Connection(ConnectionLimits(), 0, lambda: None)
        running.broker.hello(connection, Hello(1, "/"), "browser", {})
        with pytest.raises(ProtocolError) as refused:
            running.broker.hello(connection, Hello(1, "/"), "browser", {})
        assert refused.value.close_code == CLOSE_MALFORMED
        assert list(running.broker.clients) == [connection.client]


async def test_events_of_the_system_cannot_be_sent_by_a_browser() -> None:
    async with connect(Visits().serve) as client:
        with pytest.raises(ProtocolError) as closed:
            await client.event("@system", "client_disconnect")
        assert closed.value.close_code == CLOSE_MALFORMED


async def test_draining_asks_tabs_to_come_back_and_waits_for_handlers() -> None:
    finish, finished = asyncio.Event(), []

    async def serve(q: Q) -> None:
        if q.args.slow:
            await finish.wait()
            finished.append("slow")

    async with serving(serve) as running:
        tab = await running.tab()
        slow = asyncio.create_task(tab.act("slow"))
        await asyncio.sleep(0)  # it is sent
        draining = asyncio.create_task(running.broker.drain())
        await tab.until(lambda page: tab.draining)
        ack = await tab.send(Act("late"))
        assert (ack.st, ack.code, ack.retry_ms is not None) == ("err", "busy", True)
        finish.set()
        await draining
        await slow
        assert finished == ["slow"]


# ------------------------------------------------------------------------------ errors


class Fragile:
    """Raises when asked to, in the middle of its edits."""

    async def serve(self, q: Q) -> None:
        if not q.client.painted:
            q.client.painted = True
            q.page["said"] = card("painted")
            await q.page.save()
        if q.args.fail:
            q.page["said"].content = "half done"
            secret = "secret " + "value"
            raise ValueError(secret)
        if q.args.say:
            q.page["said"].content = q.args.say
            await q.page.save()


def error_of(client: Client) -> Err | None:
    return client.error


async def test_an_error_shows_an_id_and_logs_the_traceback_under_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connect(Fragile().serve) as client:
        with caplog.at_level(logging.ERROR, "swell"), pytest.raises(HandlerError) as failed:
            await client.act("fail")
        shown = failed.value.error
        [record] = [record for record in caplog.records if record.name == "swell"]
        assert shown.id
        assert shown.id in record.getMessage()
        assert record.exc_info
        assert "secret value" in str(record.exc_info[1])
        assert "secret" not in f"{shown.msg}{shown.code}"
        assert shown.ref
        assert client.page == {"said": {**client.page["said"], "content": "painted"}}

        await client.drop()
        await client.open()
        assert error_of(client) == shown  # a reload does not hide it
        await client.act("say", "works")
        assert error_of(client) is None
        assert client.page["said"]["content"] == "works"
        await client.drop()
        await client.open()
        assert error_of(client) is None


async def test_an_error_of_one_is_not_shown_to_others() -> None:
    async with serving(Fragile().serve, mode="broadcast") as running:
        one, two = await running.tab(), await running.tab()
        with pytest.raises(HandlerError):
            await one.act("fail")
        await two.act("say", "works")
        assert two.error is None
        assert one.error is not None


async def test_an_error_in_the_first_handler_is_shown_too() -> None:
    async def serve(q: Q) -> None:
        raise RuntimeError

    with pytest.raises(HandlerError, match="Something went wrong"):
        async with connect(serve):
            pass


async def test_a_page_that_grows_too_large_is_an_error_and_stays_as_it_was() -> None:
    async def serve(q: Q) -> None:
        q.page["said"] = card("small")
        await q.page.save()
        q.page["said"].content = "x" * 2000
        with pytest.raises(LimitError, match=r"text at said\.content .*1,024 .*text_max_bytes"):
            await q.page.save()
        q.page["more"] = card("fits")
        await q.page.save()

    async with connect(serve, settings=Settings(text_max_bytes=1024, **EAGER)) as client:
        assert client.page["said"]["content"] == "small"
        assert client.page["more"]["content"] == "fits"


# ----------------------------------------------------------------------------- actions


async def test_an_action_runs_once_however_often_it_is_sent() -> None:
    runs: list[str] = []

    async def serve(q: Q) -> None:
        if q.args.buy:
            runs.append(q.args.buy)

    async with connect(serve) as client:
        act = Act("id-1", {"buy": "tea"}, "buy")
        assert (await client.send(act)).st == "ok"
        assert (await client.send(act)).st == "dup"
        await client.drop()
        await client.open()
        assert (await client.send(act)).st == "dup"
        assert (await client.send(Act("id-2", {"buy": "tea"}, "buy"))).st == "ok"
        assert runs == ["tea", "tea"]


async def test_handlers_of_one_tab_run_at_the_same_time() -> None:
    stopped, started = asyncio.Event(), asyncio.Event()

    async def serve(q: Q) -> None:
        if q.args.prompt:
            q.page["chat"] = ui.chatbot_card("1 1 1 1", "c", data("content from_user", t="list"))
            await q.page.save()
            started.set()
            await stopped.wait()
            q.page["chat"].data += ["stopped", False]
            await q.page.save()
        elif q.events.c:
            stopped.set()

    async with connect(serve) as client:
        answer = asyncio.create_task(client.act("prompt", "Hi"))
        await started.wait()
        await client.event("c", "stop")
        await answer
        assert client.page["chat"]["data"] == [["stopped", False]]


async def test_saving_lets_others_run() -> None:
    turns: list[str] = []

    async def serve(q: Q) -> None:
        while q.args.loop and "stop" not in turns:
            turns.append("loop")
            await q.page.save()  # nothing to save, and no other await in this loop
        if q.args.stop:
            turns.append("stop")

    async with connect(serve) as client:
        loop = asyncio.create_task(client.act("loop"))
        await client.act("stop")
        await loop
        assert turns.count("stop") == 1


async def test_a_stream_that_never_waits_lets_others_run_at_every_other_token() -> None:
    turns, streaming = 0, False

    async def count() -> None:
        nonlocal turns
        while streaming:
            turns += 1
            await asyncio.sleep(0)

    async def serve(q: Q) -> None:
        nonlocal streaming
        q.page["chat"] = ui.chatbot_card(
            "1 1 4 8", "cb", data("content from_user", rows=[["", False]])
        )
        await q.page.save()
        streaming = True
        counting = asyncio.create_task(count())
        for length in range(1, 201):
            q.page["chat"].data[0] = ["x" * length, False]
            await q.page.save()
        streaming = False
        await counting

    async with connect(serve, settings=Settings()):
        assert turns >= 100


async def test_what_runs_at_once_has_a_bound() -> None:
    done = asyncio.Event()

    async def serve(q: Q) -> None:
        if q.args.slow:
            await done.wait()

    async with connect(serve, settings=Settings(handlers_per_client=2, **EAGER)) as client:
        slow = [asyncio.create_task(client.act("slow")) for _ in range(2)]
        await asyncio.sleep(0)  # both are sent
        refused = await client.send(Act("third", {"slow": True}))
        assert (refused.st, refused.code) == ("err", "busy")
        assert refused.retry_ms
        done.set()
        await asyncio.gather(*slow)
        assert (await client.send(Act("third", {}))).st == "ok"  # the same id, as the browser does


async def test_who_is_too_fast_is_told_when_to_come_back() -> None:
    async def serve(q: Q) -> None: ...

    settings = Settings(act_rate_per_s=0.1, act_burst=2)
    async with connect(serve, settings=settings) as client:
        assert [(await client.send(Act(str(i)))).st for i in range(2)] == ["ok", "ok"]
        refused = await client.send(Act("2"))
        assert (refused.st, refused.code) == ("err", "rate_limited")
        assert refused.retry_ms
        assert 1000 < refused.retry_ms <= 10_000
        assert client.closed is None


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

    with isolated():
        assert app("/one", "broadcast")(serve) is serve
        assert app("/two/")(serve) is serve
        assert main.handlers == {"/one": (serve, "broadcast"), "/two": (serve, None)}


@pytest.mark.parametrize("route", ["", "chat", "/_s/x", "/_f/x"])
def test_routes_that_cannot_be_used(route: str) -> None:
    with pytest.raises(ValueError, match="route must start with '/'"):
        App().add(route, print)


def test_modes_that_cannot_be_used() -> None:
    with pytest.raises(ValueError, match="mode must be one of unicast, multicast, broadcast"):
        App().add("/", print, "unikast")


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
