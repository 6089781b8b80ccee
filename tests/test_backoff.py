"""Backoff: pauses double up to the longest."""

from __future__ import annotations

import asyncio

import pytest

from swell.backoff import Backoff

pytestmark = pytest.mark.anyio


async def test_pauses_double_up_to_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    backoff = Backoff(0.5, 3.0)
    assert (backoff.pause_s, backoff.waited) == (0.5, False)
    for _ in range(5):
        await backoff.wait()
    assert slept == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert backoff.waited
