"""`@chat` over a network that breaks: each prompt is answered once, and every page is exact."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.proxy import DOWN, UP, FaultProxy
from tests.faults.tokens import numbers, text
from tests.seeds import Size

from .conftest import Serve
from .rig import ChatProcess, ChatTab, Shown, same, submission, until

pytestmark = pytest.mark.anyio


async def test_r1_an_answer_survives_any_number_of_cuts(
    chat: ChatProcess, person: str, seed: int, size: Size
) -> None:
    count = size(300, 2000)
    points = sorted(random.Random(seed).sample(range(count), size(8, 50)))
    with FaultProxy(chat.port, seed=seed) as proxy:
        async with ChatTab(proxy.port, person, seed=seed) as tab:
            prompt = f"tell={count} pace=0.004"
            await tab.submit(prompt)
            for point in points:
                await tab.until(lambda point=point: len(numbers(tab.text)) > point)  # type: ignore[misc]
                await tab.until(lambda: tab.online)
                proxy.cut()
            await tab.done()
            assert tab.shown == [Shown("user", prompt, ""), Shown("assistant", text(count), "done")]
            await same(tab, chat)
            assert tab.connections > 1
            assert chat.notes("calls").count(prompt) == 1


@pytest.mark.parametrize("direction", [DOWN, UP])
async def test_r2_r10_a_cut_after_any_byte_of_a_prompt_and_its_answer(
    chat: ChatProcess, person: str, seed: int, size: Size, direction: str
) -> None:
    """Down, the cuts tear the ack, frames of the answer and the end; up, the prompt itself."""
    with FaultProxy(chat.port) as proxy:
        async with ChatTab(proxy.port, person) as tab:
            before = proxy.passed(direction)
            await tab.ask(f"{direction} length tell=3")
            last = proxy.passed(direction) - before
            assert last > 100
            points = random.Random(seed).sample(range(last), min(last, size(12, last)))
            prompts = [f"{direction} length tell=3"]
            for place, point in enumerate(points):
                if place % 10 == 9:
                    await same(tab, chat)
                    await tab.new_thread()
                proxy.cut_after(point, direction)
                prompts.append(f"{direction} {point} tell=3")
                await tab.ask(prompts[-1])
                assert tab.text == text(3)
            await same(tab, chat)
            assert chat.stored.prompts(person) == prompts
            assert [call for call in chat.notes("calls") if call in prompts] == prompts
            assert proxy.cuts > len(points) / 2


async def test_r6_who_comes_back_gets_what_was_missed_or_a_snapshot(
    serve: Serve, new_url: Callable[[], str], person: str
) -> None:
    chat = serve(new_url(), {"SWELL_RING_BYTES": "8192"})
    with FaultProxy(chat.port) as proxy:
        async with ChatTab(proxy.port, person) as tab:
            for missed, welcome in ((1, "resumed"), (200, "resumed"), (1_000, "snapshot")):
                chat.hold()
                await tab.acked(await tab.submit(f"tell={5 + missed} hold=5 pace=0.002"))
                await tab.until(lambda: tab.text == text(5))
                proxy.offline()
                tab.welcomes.clear()
                chat.go()
                await until(lambda: chat.stored.messages(tab.thread)[-1].status == "done")
                proxy.online()
                await tab.until(lambda: tab.online)
                await tab.done()
                assert tab.welcomes == [welcome]
                assert tab.text == text(5 + missed)
                await same(tab, chat)


async def test_r6_who_stays_away_too_long_finds_the_conversation_and_what_was_not_sent(
    serve: Serve, new_url: Callable[[], str], person: str
) -> None:
    chat = serve(new_url(), {"SWELL_RECONNECT_TIMEOUT_S": "0.2"})
    with FaultProxy(chat.port) as proxy:
        async with ChatTab(proxy.port, person) as tab:
            await tab.ask("tell=3")
            first = tab.id
            proxy.offline()
            await tab.submit("typed offline tell=2")
            while await known(chat, tab):  # noqa: ASYNC110  # in another process
                await asyncio.sleep(0.5)  # more than it is kept
            proxy.online()
            await tab.until(lambda: len(tab.rows) == 4)
            await tab.done()
            assert tab.id != first
            assert [one.text for one in tab.shown] == [
                *("tell=3", text(3)),
                *("typed offline tell=2", text(2)),
            ]
            await same(tab, chat)
            assert chat.notes("calls") == ["tell=3", "typed offline tell=2"]


async def known(chat: ChatProcess, tab: ChatTab) -> bool:
    """Ask whether the server still has a tab's page."""
    async with tab.copy(chat.port) as other:
        return other.id == tab.id


async def test_r10_a_prompt_whose_ack_is_lost_runs_once_however_often_it_is_sent(
    chat: ChatProcess, person: str
) -> None:
    with FaultProxy(chat.port) as proxy:
        async with ChatTab(proxy.port, person) as tab:
            proxy.cut_after(0)
            prompt = submission(f"{person} tell=3")
            await tab.post(prompt)
            await tab.acked(prompt.id)
            assert [ack.st for ack in tab.acks] == ["dup"]
            await tab.until(lambda: tab.text == text(3))
            await tab.done()
            # Five tabs and a second device send it again, all at once and twice each.
            others = [ChatTab(chat.port, person) for _ in range(5)]
            for other in others:
                await other.__aenter__()
            sends = [other.send(prompt) for other in (*others, *others)]
            await asyncio.gather(*sends)
            for other in others:
                await other.until(lambda other=other: other.acks)  # type: ignore[misc]
                assert {ack.st for ack in other.acks} == {"dup"}
                await other.__aexit__()
            await same(tab, chat)
            assert chat.stored.prompts(person) == [f"{person} tell=3"]
            assert chat.notes("calls").count(f"{person} tell=3") == 1


async def test_r10_the_same_prompt_from_five_tabs_at_once_is_one(
    chat: ChatProcess, person: str
) -> None:
    tabs = [ChatTab(chat.port, person) for _ in range(5)]
    for tab in tabs:
        await tab.__aenter__()
    prompt = submission(f"{person} tell=5")
    await asyncio.gather(*(tab.post(prompt) for tab in (*tabs, *tabs)))
    for tab in tabs:
        await tab.acked(prompt.id)
        await tab.until(lambda tab=tab: tab.text == text(5))  # type: ignore[misc]
        await tab.done()
        await same(tab, chat)
    assert [ack.st for tab in tabs for ack in tab.acks].count("ok") == 1
    assert chat.stored.prompts(person) == [f"{person} tell=5"]
    assert chat.notes("calls").count(f"{person} tell=5") == 1
    for tab in tabs:
        await tab.__aexit__()


async def test_r15_five_tabs_on_two_devices_one_of_them_offline_converge(
    chat: ChatProcess, person: str
) -> None:
    with FaultProxy(chat.port) as desk, FaultProxy(chat.port) as phone:
        async with ChatTab(desk.port, person) as first:
            await first.ask("first tell=2")
            ports = [desk.port, desk.port, phone.port, phone.port]
            tabs = [first, *(ChatTab(port, person, address=first.address) for port in ports)]
            for tab in tabs[1:]:
                await tab.__aenter__()
            phone.offline()
            prompts = [f"{person} {number} tell={number + 1}" for number in range(5)]
            for tab, prompt in zip(tabs, prompts, strict=True):
                await tab.submit(prompt)
            for tab in tabs[:3]:
                await tab.until(lambda tab=tab: len(tab.rows) == 8)  # type: ignore[misc]
            assert sorted(chat.stored.prompts(person)) == sorted(["first tell=2", *prompts[:3]])
            phone.online()
            for tab in tabs:
                await tab.until(lambda tab=tab: len(tab.rows) == 12)  # type: ignore[misc]
            for tab in tabs:
                await tab.done()
                await same(tab, chat)
                assert tab.shown == first.shown
                told = {one.text: answer.text for one, answer in pairs(tab)}
                assert told == {
                    "first tell=2": text(2),
                    **{prompt: text(number + 1) for number, prompt in enumerate(prompts)},
                }
            calls = chat.notes("calls")
            assert [calls.count(prompt) for prompt in prompts] == [1] * 5
            for tab in tabs[1:]:
                await tab.__aexit__()


def pairs(tab: ChatTab) -> list[tuple[Shown, Shown]]:
    """Return each prompt with its answer."""
    return list(zip(tab.shown[::2], tab.shown[1::2], strict=True))


async def test_r24_after_a_sleep_of_the_device_the_page_is_exact(
    serve: Serve, new_url: Callable[[], str], person: str
) -> None:
    chat = serve(new_url(), {"SWELL_BEAT_INTERVAL_S": "1", "SWELL_BEAT_TIMEOUT_S": "1"})
    with FaultProxy(chat.port) as proxy:
        async with ChatTab(proxy.port, person) as tab:
            await tab.submit("tell=30 hold=5")
            await tab.until(lambda: tab.text == text(5))
            proxy.pause(UP)
            proxy.pause(DOWN)
            chat.go()
            await tab.submit("typed asleep tell=2")  # into a connection that leads nowhere
            await tab.until(lambda: len(tab.rows) == 4 and tab.connections > 1)
            await tab.done()
            assert [one.text for one in tab.shown[1::2]] == [text(30), text(2)]
            await same(tab, chat)
            assert chat.notes("calls") == ["tell=30 hold=5", "typed asleep tell=2"]


async def test_r24_a_clock_that_is_set_by_an_hour_changes_nothing(
    serve: Serve, new_url: Callable[[], str], person: str, tmp_path: Path
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    beats = {"SWELL_BEAT_INTERVAL_S": "1", "SWELL_BEAT_TIMEOUT_S": "5"}
    chat = serve(new_url(), {"FAULT_CLOCK": str(clock), **beats})
    async with ChatTab(chat.port, person) as tab:
        await tab.ask("before tell=2")
        for number, jump in enumerate((3600, -3600, 0)):
            chat.hold()
            first, second = (
                submission(f"{number} tell=20 hold=5"),
                submission(f"and {number} tell=2"),
            )
            await tab.post(first)
            await tab.until(lambda: tab.text == text(5))
            clock.write_text(str(jump))
            await tab.post(second)
            await tab.acked(second.id)
            chat.go()
            await tab.done()
            assert [one.text for one in tab.shown[-4:]] == [
                *(f"{number} tell=20 hold=5", text(20)),
                *(f"and {number} tell=2", text(2)),
            ]
            tab.acks.clear()
            for act in (first, second):
                await tab.send(act)
            await tab.until(lambda: [ack.st for ack in tab.acks] == ["dup", "dup"])
        await same(tab, chat)
        assert (tab.connections, tab.welcomes) == (1, ["snapshot"])
        # The process ends with the clock at its latest, and begins an hour before that.
        clock.write_text("3600")
        await tab.submit("cut tell=5000 pace=0.01")
        await tab.until(lambda: len(numbers(tab.text)) > 20)
        clock.write_text("0")
        await tab.restart(chat)
        await tab.until(lambda: tab.statuses[-1:] == ["interrupted"] and not tab.generating)
        await tab.ask("after tell=3")
        assert tab.text == text(3)
        await same(tab, chat)
        assert len(chat.notes("calls")) == 9
