"""Broker: tabs that come and go, errors of their handlers, and actions."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import msgspec
import pytest

from swell import Q, data, expando_to_dict, ui
from swell.errors import LimitError, ProtocolError
from swell.live.connection import Connection
from swell.live.wire import CLOSE_FORBIDDEN, CLOSE_MALFORMED, Act, Err, Hello
from swell.server.identity import Caller
from swell.settings.table import Settings
from swell.testing import Client, HandlerError, connect, serving
from tests.painted import Shared, card

pytestmark = pytest.mark.anyio

EAGER: dict[str, Any] = {"flush_interval_s": 0.0, "act_rate_per_s": 1e6, "act_burst": 100_000}


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
            thief = Connection(Settings(), 0, lambda: None)
            with pytest.raises(ProtocolError, match="unknown client") as refused:
                running.broker.hello(thief, Hello(1, "/", client=name), Caller("theirs", {}))
            assert refused.value.close_code == CLOSE_FORBIDDEN


async def test_a_connection_is_of_one_client_and_leaves_no_other_behind() -> None:
    async with serving(Shared().serve) as running:
        connection = Connection(Settings(), 0, lambda: None)
        running.broker.hello(connection, Hello(1, "/"), Caller("browser", {}))
        with pytest.raises(ProtocolError) as refused:
            running.broker.hello(connection, Hello(1, "/"), Caller("browser", {}))
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


def to_send(connection: Connection) -> list[dict[str, Any]]:
    """Return what a connection has to be sent about leaving and about actions."""
    found = []
    while (frame := connection.take(0)) is not None:
        message = msgspec.json.decode(frame)
        if isinstance(message, dict) and message["t"] in ("drain", "ack"):
            found.append(message)
    return found


async def test_draining_beside_other_processes_it_waits_until_the_tabs_have_moved() -> None:
    async with serving(
        Shared().serve, settings=Settings(drain_s=3600, tabs_per_session=250)
    ) as running:
        broker = running.broker
        tabs = [Connection(Settings(), 0, lambda: None) for _ in range(250)]
        for one in tabs:
            broker.connect(one)
            broker.hello(one, Hello(1, "/"), Caller("browser", {}))
        draining = asyncio.create_task(broker.drain(to_others=True))
        await asyncio.sleep(0)
        broker.act(tabs[0], Act("typed once", name="prompt", args={"prompt": "Hi"}), "browser")
        assert to_send(tabs[0]) == [{"t": "drain", "in_ms": 5000}, {"t": "drain", "in_ms": 0}]
        assert to_send(tabs[1]) == [{"t": "drain", "in_ms": 5000}]
        for one in tabs:
            assert not draining.done()
            broker.disconnect(one)
        await draining


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
