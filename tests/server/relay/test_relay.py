"""Pages that other processes show: what tabs see, whichever process they are connected to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from swell import Q, ui
from swell.errors import ProtocolError
from swell.live.connection import Connection
from swell.live.wire import CLOSE_DRAIN, CLOSE_FORBIDDEN, Act, Hello
from swell.server.identity import Caller
from swell.settings.table import Settings
from swell.testing.client import Client
from tests.painted import card

from .processes import processes

pytestmark = pytest.mark.anyio


class Counter:
    """A page with a number, which each action of any tab raises."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.number = 0

    async def serve(self, q: Q) -> None:
        if q.events["@system"]:
            return
        if not q.client.opened:
            q.client.opened, q.client.seen = True, 0
            self.calls.append("open")
            q.page["count"] = card(str(self.number))
        if q.args.add:
            self.calls.append(str(q.args.add))
            self.number += 1
            q.client.seen += 1
            q.page["count"].content = str(self.number)
        if q.args.mine:
            q.page["mine"] = card(f"{q.client.seen} of {q.auth.username}")
        if q.args.fail:
            raise ValueError("as asked")
        await q.page.save()


async def number_is(tab: Client, number: int) -> None:
    await tab.until(lambda page: page["count"]["content"] == str(number))


async def test_a_broadcast_page_is_the_same_at_both_processes() -> None:
    one, two = Counter(), Counter()
    async with processes([one.serve, two.serve], "broadcast") as (first, second):
        here, there = await first.tab("a"), await second.tab("b")
        await number_is(there, 0)
        await here.act("add", "of here")
        await number_is(there, 1)
        await there.act("add", "of there")
        await number_is(here, 2)
        assert here.position == there.position
        assert one.calls == ["open", "open", "of here", "of there"]
        assert two.calls == []
        assert (here.cleared, there.cleared) == (1, 1)


async def test_each_user_has_a_multicast_page_and_a_q_client_of_their_own() -> None:
    counter = Counter()

    def user(request: Any) -> str:
        return str(request.header("X-User"))

    both = [counter.serve, counter.serve]
    async with processes(both, "multicast", identify=user) as (first, second):
        ann = await first.tab("a", headers={"X-User": "ann"})
        ann_there = await second.tab("a", headers={"X-User": "ann"})
        bob = await second.tab("b", headers={"X-User": "bob"})
        await ann_there.act("add", "1")
        await number_is(ann, 1)
        await ann_there.act("mine")
        await ann.until(lambda page: page["mine"]["content"] == "1 of ann")
        assert "mine" not in bob.page


async def test_an_error_of_the_handler_is_shown_where_the_tab_is() -> None:
    counter = Counter()
    async with processes([counter.serve] * 2, "broadcast") as (first, second):
        await first.tab("a")
        there = await second.tab("b")
        with pytest.raises(Exception, match="error"):
            await there.act("fail")
        await there.drop()
        await there.open()
        assert there.error is not None
        await there.act("add", "1")


async def test_a_unicast_tab_finds_its_page_from_another_process() -> None:
    one, two = Counter(), Counter()
    async with processes([one.serve, two.serve], "unicast") as (first, second):
        tab = await first.tab()
        await tab.act("add", "1")
        await tab.move(second.harness)
        await tab.act("add", "2")
        await tab.act("mine")
        assert tab.page["mine"]["content"] == "2 of anon"
        await tab.move(first.harness)
        assert tab.welcomes[-1] == "resumed"
        await tab.act("mine")
        assert tab.page["mine"]["content"] == "2 of anon"
        assert (one.calls, two.calls) == (["open", "1", "2"], [])


async def test_another_browser_cannot_have_the_tab() -> None:
    counter = Counter()
    async with processes([counter.serve] * 2, "unicast") as (first, second):
        tab = await first.tab("mine")
        [client_id] = first.harness.broker.clients
        thief = Connection(Settings(), 0, lambda: None)
        with pytest.raises(ProtocolError, match="unknown client") as refused:
            await second.harness.broker.arrive(
                thief, Hello(1, "/", client=client_id), Caller("theirs", {})
            )
        assert refused.value.close_code == CLOSE_FORBIDDEN
        assert tab.closed is None


async def test_an_action_that_is_sent_again_elsewhere_runs_once() -> None:
    counter = Counter()
    async with processes([counter.serve] * 2, "unicast") as (first, second):
        tab = await first.tab()
        action = Act(id="typed once", name="add", args={"add": "once"})
        await tab.send(action)
        await tab.move(second.harness)
        await tab.send(action)
        await until(lambda: tab.acks[-1].st == "dup")
        assert counter.calls == ["open", "once"]


async def test_a_page_of_a_process_that_was_killed_is_painted_anew() -> None:
    one, two = Counter(), Counter()
    async with processes([one.serve, two.serve], "broadcast") as (first, second):
        await first.tab("a")
        there = await second.tab("b")
        await there.act("add", "1")
        epoch = there.position
        await first.kill()
        await until(lambda: there.closed is not None)
        assert there.closed == CLOSE_DRAIN
        again = await second.tab("b")
        await number_is(again, 0)
        assert again.position != epoch
        await again.act("add", "2")
        await number_is(again, 1)
        assert (one.calls, two.calls) == (["open", "open", "1"], ["open", "2"])


async def test_a_page_is_followed_over_a_new_channel_while_an_old_connection_is_still_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counter = Counter()
    async with processes([counter.serve] * 2, "broadcast") as (first, second):
        here = await first.tab("a")
        await second.tab("b")
        second.relay._to_hosts.pop(first.relay.process).close()
        with monkeypatch.context() as lost:
            lost.setattr(first.relay._host, "_publish", lambda *_: None)
            await here.act("add", "1")
        there = await second.tab("c")
        await number_is(there, 1)
        await here.act("add", "2")
        await number_is(there, 2)


async def test_an_owner_that_was_replaced_sends_its_tabs_to_the_new_one() -> None:
    one, two = Counter(), Counter()
    async with processes([one.serve, two.serve], "broadcast") as (first, second):
        here, there = await first.tab("a"), await second.tab("b")
        second.take("/")
        await until(lambda: (here.closed, there.closed) == (CLOSE_DRAIN, CLOSE_DRAIN))
        here, there = await first.tab("a"), await second.tab("b")
        await here.act("add", "1")
        await number_is(there, 1)
        assert here.position == there.position
        assert (one.calls, two.calls) == (["open", "open"], ["open", "open", "1"])


async def test_a_process_that_drains_leaves_its_pages_to_the_others() -> None:
    one, two = Counter(), Counter()
    async with processes([one.serve, two.serve], "broadcast") as (first, second):
        await first.tab("a")
        there = await second.tab("b")
        first.relay.drain()
        await until(lambda: there.closed is not None)
        again = await second.tab("b")
        await number_is(again, 0)
        assert two.calls == ["open"]


async def test_nothing_is_left_of_tabs_that_have_gone() -> None:
    counter = Counter()
    async with processes([counter.serve] * 2, "broadcast") as (first, second):
        await first.tab("a")
        there = await second.tab("b")
        [page] = [client.page for client in first.harness.broker.clients.values()][:1]
        assert page.relaying is not None
        await there.drop()
        await until(lambda: page.relaying is None)
        assert [c.gone_at is None for c in first.harness.broker.clients.values()] == [True, False]


async def test_a_large_page_arrives_in_pieces() -> None:
    async def serve(q: Q) -> None:
        for number in range(20):
            q.page[f"card{number}"] = ui.markdown_card("1 1 1 1", "", "ä" * 50_000 + str(number))
        await q.page.save()

    async with processes([serve] * 2, "broadcast") as (first, second):
        here, there = await first.tab("a"), await second.tab("b")
        assert there.page == here.page


async def until(condition: Any) -> None:
    """Wait until a condition holds; fails by the timeout of tests."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", range(6))
async def test_a_backplane_that_loses_and_reorders_changes_nothing(seed: int) -> None:
    counter = Counter()
    async with processes([counter.serve] * 3, "broadcast", seed=seed) as (first, second, third):
        tabs = [
            await process.tab(name)
            for process, name in zip((first, second, third), "abc", strict=True)
        ]
        for turn in range(12):
            await tabs[turn % 3].act("add", str(turn))
            if turn == 6:
                await tabs[1].move(third.harness)
        for tab in tabs:
            await number_is(tab, 12)
        acted = [call for call in counter.calls if call != "open"]
        assert acted == [str(turn) for turn in range(12)]
