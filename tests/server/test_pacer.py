"""When pages send: at once after a pause, together while they are busy."""

import asyncio
import math
import time

import pytest

from swell.server.pacer import Pacer

HOUR = 3600.0


class Noted:
    """A page that notes when it was flushed."""

    def __init__(self, flushed_at: float = -math.inf, burst: int = 0) -> None:
        self.flushed_at = flushed_at
        self.burst = burst
        self.times: list[float] = []
        self.done = asyncio.Event()

    def flush(self, now: float) -> None:
        self.flushed_at = now
        self.times.append(now)
        self.done.set()


@pytest.mark.anyio
async def test_a_page_that_was_quiet_is_flushed_in_the_next_turn_of_the_loop() -> None:
    page, pacer = Noted(), Pacer(HOUR)
    pacer.add(page, time.monotonic())
    assert page.times == []  # not within the handler's line
    await asyncio.sleep(0)
    assert len(page.times) == 1


@pytest.mark.anyio
async def test_a_busy_page_waits_for_its_pace() -> None:
    page, pacer = Noted(flushed_at=time.monotonic()), Pacer(HOUR)
    pacer.add(page, time.monotonic())
    await asyncio.sleep(0)
    assert page.times == []


@pytest.mark.anyio
async def test_a_page_with_frames_left_of_its_burst_does_not_wait() -> None:
    page, pacer = Noted(flushed_at=time.monotonic(), burst=1), Pacer(HOUR)
    pacer.add(page, time.monotonic())
    await asyncio.sleep(0)
    assert len(page.times) == 1


@pytest.mark.anyio
async def test_busy_pages_are_flushed_in_one_tick() -> None:
    now = time.monotonic()
    first, second, pacer = Noted(now), Noted(now + 0.004), Pacer(0.01)
    pacer.add(first, now)
    pacer.add(second, now)
    async with asyncio.timeout(10):
        await first.done.wait()
        await second.done.wait()
    assert first.times == second.times
    assert first.times[0] - now > 0.008  # the event loop may be a millisecond early


@pytest.mark.anyio
async def test_what_comes_after_a_tick_waits_for_the_next() -> None:
    pacer = Pacer(0.01)
    page = Noted(time.monotonic())
    for count in (1, 2, 3):
        page.done.clear()
        pacer.add(page, time.monotonic())
        async with asyncio.timeout(10):
            await page.done.wait()
        assert len(page.times) == count


@pytest.mark.anyio
async def test_a_task_yields_for_a_page_that_is_sent_at_once_and_not_for_one_that_waits() -> None:
    pacer = Pacer(HOUR)
    pacer.add(Noted(time.monotonic()), time.monotonic())
    assert not pacer.should_yield(time.monotonic())  # until the tick, in an hour
    pacer.add(Noted(), time.monotonic())
    assert pacer.should_yield(time.monotonic())
    await asyncio.sleep(0)
    assert not pacer.should_yield(time.monotonic())


@pytest.mark.anyio
async def test_a_task_that_saves_again_yields_unless_another_one_has_saved() -> None:
    pacer = Pacer(HOUR)
    pacer.add(Noted(time.monotonic()), time.monotonic())

    async def save() -> bool:
        return pacer.should_yield(time.monotonic())

    assert [await save(), await save(), await save()] == [False, True, True]
    assert await asyncio.create_task(save()) is False
    assert [await save(), await save()] == [False, True]


@pytest.mark.anyio
async def test_a_page_that_fails_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Noted):
        def flush(self, now: float) -> None:
            raise RuntimeError("no frame")

    pacer, page = Pacer(HOUR), Noted()
    for each in (Broken(), page):
        pacer.add(each, time.monotonic())
    await asyncio.sleep(0)
    assert len(page.times) == 1
    assert "could not be sent" in caplog.text
