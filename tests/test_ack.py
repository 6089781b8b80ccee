"""When an action is acknowledged: as it arrives, or when its handler says that it is safe."""

from __future__ import annotations

import asyncio

import pytest

from swell import Q, app
from swell.app import App
from swell.errors import RefusedError
from swell.live.wire import Act
from swell.testing import HandlerError, isolated, serving

pytestmark = pytest.mark.anyio


def act(value: str, id: str = "a1") -> Act:
    return Act(id, {"prompt": value}, "prompt")


async def test_an_action_is_acknowledged_when_the_handler_says_so() -> None:
    saved, go_on = asyncio.Event(), asyncio.Event()
    ids: list[str | None] = []

    async def serve(q: Q) -> None:
        if q.args.prompt:
            ids.append(q.action_id)
            await saved.wait()
            q.acknowledge()
            await go_on.wait()

    async with serving(serve, ack="handled") as app:
        tab = await app.tab()
        answer = asyncio.create_task(tab.send(act("hello")))
        await tab.until(lambda _page: ids)
        assert tab.acks == []
        saved.set()
        await tab.until(lambda _page: tab.acks)
        go_on.set()
        assert (await answer).st == "ok"
        assert ids == ["a1"]


async def test_an_action_that_is_sent_again_while_its_handler_runs_waits_for_the_same_answer() -> (
    None
):
    saved, runs = asyncio.Event(), 0

    async def serve(q: Q) -> None:
        nonlocal runs
        if q.args.prompt:
            runs += 1
            await saved.wait()

    async with serving(serve, ack="handled") as app:
        tab = await app.tab()
        first = asyncio.create_task(tab.send(act("hello")))
        await tab.until(lambda _page: runs)
        second = asyncio.create_task(tab.send(act("hello")))
        await asyncio.sleep(0)
        saved.set()
        assert {(await first).st, (await second).st} == {"ok"}
        assert (await tab.send(act("hello"))).st == "dup"
        assert runs == 1


async def test_a_refused_action_is_given_back_and_may_come_again() -> None:
    full = True

    async def serve(q: Q) -> None:
        if q.args.prompt and full:
            raise RefusedError("The disk is full.", "store_unavailable")

    async with serving(serve, ack="handled") as app:
        tab = await app.tab()
        refused = await tab.send(act("hello"))
        assert (refused.st, refused.code, refused.msg) == (
            "err",
            "store_unavailable",
            "The disk is full.",
        )
        assert tab.error is None  # the ack says it all
        full = False
        assert (await tab.send(act("hello"))).st == "ok"


async def test_a_handler_that_fails_before_it_has_acknowledged_gives_the_action_back() -> None:
    async def serve(q: Q) -> None:
        if q.args.prompt:
            raise ZeroDivisionError

    async with serving(serve, ack="handled") as app:
        tab = await app.tab()
        refused = await tab.send(act("hello"))
        assert (refused.st, refused.code) == ("err", "handler_failed")
        assert "ZeroDivision" not in str(refused.msg)


async def test_what_is_refused_after_the_ack_is_shown_as_an_error() -> None:
    async def serve(q: Q) -> None:
        if q.args.prompt:
            raise RefusedError("Not now.")

    async with serving(serve) as app:
        tab = await app.tab()
        with pytest.raises(HandlerError, match=r"Not now\."):
            await tab.send(act("hello"))


async def test_tabs_of_a_browser_share_a_session_id_and_browsers_do_not() -> None:
    seen: list[str] = []

    async def serve(q: Q) -> None:
        seen.append(q.session_id)

    async with serving(serve) as app:
        for session in ("one", "one", "two"):
            await app.tab(session)
        assert seen[0] == seen[1] != seen[2]
        assert "one" not in seen[0]


def test_an_unknown_way_to_acknowledge_is_refused() -> None:
    with pytest.raises(ValueError, match="received, handled"):
        App().add("/", print, ack="never")  # type: ignore[arg-type]


async def test_drain_waits_for_work_outside_of_handlers() -> None:
    told: list[float] = []

    async def finish(seconds: float) -> None:
        await asyncio.sleep(0)
        told.append(seconds)

    with isolated() as own:

        @app("/", on_drain=finish)
        async def serve(q: Q) -> None:
            pass

        assert own.routes["/"].ack == "received"
        async with own.lifespan():
            await own.drain()
    assert len(told) == 1
    assert told[0] >= 0
